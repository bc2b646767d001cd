-- title: Activity of an access key, for Athena
-- question: What did this access key do, as Athena's table tells it?
-- dialect: athena
-- parameter: access_key_id text, the key: AKIA... of a user, ASIA... of a session
-- columns: eventtime, account, region, eventsource, eventname, errorcode, sourceipaddress, useragent, eventid
-- look for: addresses and user agents that are not those of the key's owner
-- limits: times are text in Athena's table, and compare as text
-- sample: access_key_id AKIAU3HHASRZYTPWTH3E
SELECT eventtime, account, region, eventsource, eventname, errorcode, sourceipaddress, useragent, eventid
FROM cloudtrail_logs
WHERE useridentity.accesskeyid = :access_key_id
  AND eventtime >= :start AND eventtime < :end
ORDER BY eventtime, eventid
