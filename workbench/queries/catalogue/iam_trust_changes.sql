-- title: IAM: who may take a role
-- question: Who changed the trust policy of a role, and to what?
-- dialect: lake
-- columns: eventTime, caller, eventName, role, document, errorCode, sourceIPAddress, eventID
-- look for: principals of foreign accounts; a trust that was changed for an hour and back
-- limits: the policy before the change is in Config, or in the change before
SELECT eventTime, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName,
       element_at(requestParameters, 'roleName') AS role,
       coalesce(element_at(requestParameters, 'policyDocument'),
                element_at(requestParameters, 'assumeRolePolicyDocument')) AS document,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'iam.amazonaws.com'
  AND eventName IN ('UpdateAssumeRolePolicy', 'CreateRole', 'DeleteRole', 'CreateServiceLinkedRole')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
