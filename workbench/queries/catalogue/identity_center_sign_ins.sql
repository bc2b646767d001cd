-- title: Identity Center: sign-ins and roles taken
-- question: Which users signed in to the access portal, and which accounts and roles did they open?
-- dialect: lake
-- columns: eventTime, user_id, eventName, account, role, sourceIPAddress, errorCode, eventID
-- look for: addresses and roles that are new for the user
-- limits: the user is told by an id; its name is the name of the sessions that follow
SELECT eventTime, userIdentity.onBehalfOf.userId AS user_id, eventName,
       element_at(serviceEventDetails, 'account_id') AS account, element_at(serviceEventDetails, 'role_name') AS role,
       sourceIPAddress, errorCode, eventID
FROM $EDS_ID
WHERE eventSource IN ('sso.amazonaws.com', 'signin.amazonaws.com')
  AND eventName IN ('Authenticate', 'Federate', 'GetRoleCredentials', 'UserAuthentication', 'CredentialVerification')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
