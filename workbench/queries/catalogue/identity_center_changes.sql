-- title: Identity Center: assignments and permission sets
-- question: Who changed who may enter which account, or what a permission set holds?
-- dialect: lake
-- columns: eventTime, caller, eventSource, eventName, request, errorCode, sourceIPAddress, eventID
-- look for: assignments to administrators; groups and users made in the identity store
-- limits: a synchronized directory changes groups by itself
SELECT eventTime, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventSource, eventName,
       coalesce(element_at(requestParameters, 'permissionSetArn'), element_at(requestParameters, 'groupId'),
                element_at(requestParameters, 'userName')) AS request,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource IN ('sso.amazonaws.com', 'identitystore.amazonaws.com', 'sso-directory.amazonaws.com')
  AND readOnly = false AND eventName NOT IN ('Authenticate', 'Federate', 'GetRoleCredentials', 'Logout')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
