-- title: IAM: identity providers
-- question: Who made, changed or deleted a SAML or OIDC provider?
-- dialect: lake
-- columns: eventTime, caller, eventName, provider, errorCode, sourceIPAddress, eventID
-- look for: a provider that nobody announced: it can let anybody in
-- limits: roles must trust the provider as well: see iam_trust_changes
SELECT eventTime, userIdentity.arn AS caller, eventName,
       coalesce(element_at(requestParameters, 'sAMLProviderArn'),
                element_at(requestParameters, 'openIDConnectProviderArn'),
                element_at(requestParameters, 'url'), element_at(requestParameters, 'name')) AS provider,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'iam.amazonaws.com' AND readOnly = false
  AND (eventName LIKE '%SAMLProvider%' OR eventName LIKE '%OpenIDConnectProvider%')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
