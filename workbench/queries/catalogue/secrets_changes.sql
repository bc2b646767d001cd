-- title: Secrets Manager: secrets changed
-- question: Who made, changed, opened or deleted secrets?
-- dialect: lake
-- columns: eventTime, caller, eventName, secret, errorCode, sourceIPAddress, eventID
-- look for: a policy that lets another account in; deletion without recovery
-- limits: rotation changes secrets by itself, with the role of its function
SELECT eventTime, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName,
       coalesce(element_at(requestParameters, 'secretId'), element_at(requestParameters, 'name')) AS secret, errorCode,
       sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'secretsmanager.amazonaws.com' AND readOnly = false
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
