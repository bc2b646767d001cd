-- title: Systems Manager: shells and commands on machines
-- question: Who opened a session on a machine, or ran a command there?
-- dialect: lake
-- columns: eventTime, arn, eventName, target, document, errorCode, sourceIPAddress, eventID
-- look for: people who have no business on the machine
-- limits: what was typed is in the log of the session, if that is switched on
SELECT eventTime, userIdentity.arn, eventName,
       coalesce(element_at(requestParameters, 'target'), element_at(requestParameters, 'instanceIds'),
                element_at(requestParameters, 'sessionId')) AS target,
       element_at(requestParameters, 'documentName') AS document, errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'ssm.amazonaws.com'
  AND eventName IN ('StartSession', 'ResumeSession', 'TerminateSession', 'SendCommand', 'StartAutomationExecution')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
