-- title: Everything root did, for Athena
-- question: What was done as the root user?
-- dialect: athena
-- columns: eventtime, account, eventsource, eventname, errorcode, sourceipaddress, eventid
-- look for: anything at all
-- limits: what services do for root is left out
SELECT eventtime, account, eventsource, eventname, errorcode, sourceipaddress, eventid
FROM cloudtrail_logs
WHERE useridentity.type = 'Root' AND useridentity.invokedby IS NULL AND eventtype <> 'AwsServiceEvent'
  AND eventtime >= :start AND eventtime < :end
ORDER BY eventtime, eventid
