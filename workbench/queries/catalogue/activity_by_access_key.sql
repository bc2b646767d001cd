-- title: Activity of an access key
-- question: What did this access key do, when, and from where?
-- dialect: lake
-- parameter: access_key_id text, the key: AKIA... of a user, ASIA... of a session
-- columns: eventTime, recipientAccountId, awsRegion, eventSource, eventName, errorCode, sourceIPAddress, userAgent, arn, eventID
-- look for: addresses and user agents that are not those of the key's owner; reads of permissions early on
-- limits: keys that a session of this key received have ids of their own; `workbench who` follows them
-- sample: access_key_id AKIAU3HHASRZYTPWTH3E
SELECT eventTime, recipientAccountId, awsRegion, eventSource, eventName, errorCode, sourceIPAddress, userAgent,
       userIdentity.arn, eventID
FROM $EDS_ID
WHERE userIdentity.accessKeyId = :access_key_id
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
