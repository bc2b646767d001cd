-- title: Who took which role
-- question: Which identities assumed which roles, how often?
-- dialect: lake
-- columns: caller, role, calls, denied, session_names, first_call, last_call
-- look for: a caller that takes a role for the first time; a role taken by many
-- limits: roles taken by SAML and by web identities have queries of their own names
SELECT coalesce(userIdentity.arn, userIdentity.principalId, userIdentity.invokedBy) AS caller,
       element_at(requestParameters, 'roleArn') AS role, count(*) AS calls, count(errorCode) AS denied,
       count(DISTINCT element_at(requestParameters, 'roleSessionName')) AS session_names,
       min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource = 'sts.amazonaws.com' AND eventName = 'AssumeRole'
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2
ORDER BY calls DESC, caller, role
