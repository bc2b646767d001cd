-- title: Athena: queries run on your data
-- question: Who ran queries, in which workgroup and database?
-- dialect: lake
-- columns: eventTime, caller, work_group, database, errorCode, sourceIPAddress, eventID
-- look for: people who do no analyses
-- limits: the text of the query is left out of the event
SELECT eventTime, userIdentity.arn AS caller, element_at(requestParameters, 'workGroup') AS work_group,
       json_extract_scalar(element_at(requestParameters, 'queryExecutionContext'), '$.database') AS database, errorCode,
       sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'athena.amazonaws.com' AND eventName = 'StartQueryExecution'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
