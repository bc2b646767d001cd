-- title: Root sessions of member accounts
-- question: Who took root of a member account from the management account, for which task?
-- dialect: lake
-- columns: eventTime, arn, target, task, errorCode, sourceIPAddress, eventID
-- look for: tasks that unlock a bucket or delete credentials
-- limits: what was done with the session is in root_activity, in the member account
SELECT eventTime, userIdentity.arn, element_at(requestParameters, 'targetPrincipal') AS target,
       coalesce(json_extract_scalar(element_at(requestParameters, 'taskPolicyArn'), '$.arn'),
                element_at(requestParameters, 'taskPolicyArn')) AS task,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'sts.amazonaws.com' AND eventName = 'AssumeRoot'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
