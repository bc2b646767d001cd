-- title: Roles taken with SAML or a web identity
-- question: Which federated users took which roles, through which provider?
-- dialect: lake
-- columns: eventTime, eventName, userName, identityProvider, role, sourceIPAddress, errorCode, eventID
-- look for: subjects of a provider that you did not mean to trust, such as another repository
-- limits: what the provider asserts beyond the subject is not in the log
SELECT eventTime, eventName, userIdentity.userName, userIdentity.identityProvider,
       element_at(requestParameters, 'roleArn') AS role, sourceIPAddress, errorCode, eventID
FROM $EDS_ID
WHERE eventName IN ('AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
