-- title: Activity of a role session by its name
-- question: What did sessions of this name do, whatever the role?
-- dialect: lake
-- parameter: session text, the name behind the last slash of the session's ARN
-- columns: eventTime, role, eventSource, eventName, errorCode, sourceIPAddress, accessKeyId, eventID
-- look for: one name in roles that no one person should hold together
-- limits: whoever assumes a role chooses the name: it is a claim, no proof
-- sample: session artifact-upload
SELECT eventTime, userIdentity.sessionContext.sessionIssuer.arn AS role, eventSource, eventName, errorCode,
       sourceIPAddress, userIdentity.accessKeyId, eventID
FROM $EDS_ID
WHERE userIdentity.type = 'AssumedRole' AND split_part(userIdentity.arn, '/', 3) = :session
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
