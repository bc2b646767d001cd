-- title: IAM: permissions changed
-- question: Who changed what users, groups and roles may do?
-- dialect: lake
-- columns: eventTime, caller, eventName, whom, policy, document, errorCode, sourceIPAddress, eventID
-- look for: AdministratorAccess, stars in the document, the caller's own name
-- limits: policies of resources and of organizations have queries of their own
SELECT eventTime, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName,
       coalesce(element_at(requestParameters, 'userName'), element_at(requestParameters, 'roleName'),
                element_at(requestParameters, 'groupName')) AS whom,
       coalesce(element_at(requestParameters, 'policyArn'), element_at(requestParameters, 'policyName')) AS policy,
       element_at(requestParameters, 'policyDocument') AS document, errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'iam.amazonaws.com' AND readOnly = false
  AND (eventName LIKE '%Policy%' OR eventName LIKE '%PermissionsBoundary' OR eventName = 'AddUserToGroup')
  AND eventName <> 'UpdateAssumeRolePolicy'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
