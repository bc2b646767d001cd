-- title: Changes made in the console
-- question: What was changed by hand, in the console?
-- dialect: lake
-- columns: eventTime, arn, recipientAccountId, awsRegion, eventSource, eventName, errorCode, eventID
-- look for: changes where everything should come from code
-- limits: some services do not say that a call came from the console
SELECT eventTime, userIdentity.arn, recipientAccountId, awsRegion, eventSource, eventName, errorCode, eventID
FROM $EDS_ID
WHERE sessionCredentialFromConsole = 'true' AND readOnly = false
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
