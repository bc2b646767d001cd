-- title: Console sessions made out of keys
-- question: Who turned credentials of the API into a session of the console?
-- dialect: lake
-- columns: eventTime, eventName, arn, accessKeyId, sourceIPAddress, userAgent, eventID
-- look for: a token asked for by a script, from an address that is not an office
-- limits: portals for federation of your own do the same
SELECT eventTime, eventName, userIdentity.arn, userIdentity.accessKeyId, sourceIPAddress, userAgent, eventID
FROM $EDS_ID
WHERE eventSource = 'signin.amazonaws.com' AND eventName = 'GetSigninToken'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
