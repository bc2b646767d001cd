-- title: Calls in regions you do not use
-- question: What happened outside of the regions you work in?
-- dialect: lake
-- parameter: regions texts = us-east-1, the regions you work in, with commas between them
-- columns: eventTime, awsRegion, caller, eventSource, eventName, errorCode, sourceIPAddress, eventID
-- look for: machines that were started where nobody looks
-- limits: consoles list resources in all regions by themselves
-- sample: regions us-east-1, eu-west-1
SELECT eventTime, awsRegion, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventSource, eventName,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE awsRegion NOT IN :regions
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
