-- title: Roles refused
-- question: Who tried to assume a role and was refused?
-- dialect: lake
-- columns: eventTime, caller, role, errorCode, errorMessage, sourceIPAddress, eventID
-- look for: one caller that tries many roles
-- limits: a refusal across accounts is often in the caller's account only
SELECT eventTime, coalesce(userIdentity.arn, userIdentity.principalId) AS caller,
       element_at(requestParameters, 'roleArn') AS role, errorCode, errorMessage, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'sts.amazonaws.com' AND eventName LIKE 'AssumeRole%' AND errorCode IS NOT NULL
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
