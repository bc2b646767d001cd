-- title: IAM: administrators made
-- question: Who attached a policy of AWS that gives all rights, or nearly all?
-- dialect: lake
-- columns: eventTime, caller, eventName, whom, policy, errorCode, sourceIPAddress, eventID
-- look for: anybody who is no administrator of yours
-- limits: policies of your own that give as much are not told by their names
SELECT eventTime, userIdentity.arn AS caller, eventName,
       coalesce(element_at(requestParameters, 'userName'), element_at(requestParameters, 'roleName'),
                element_at(requestParameters, 'groupName')) AS whom,
       element_at(requestParameters, 'policyArn') AS policy, errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'iam.amazonaws.com' AND eventName IN ('AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy')
  AND regexp_like(element_at(requestParameters, 'policyArn'), 'AdministratorAccess|IAMFullAccess|PowerUserAccess')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
