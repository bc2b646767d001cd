-- title: Organizations: policies changed
-- question: Who changed, attached or detached a policy of the organization?
-- dialect: lake
-- columns: eventTime, caller, eventName, policy, target, errorCode, sourceIPAddress, eventID
-- look for: a service control policy that is detached: its guard is gone
-- limits: recorded in the management account, and in that of a delegated administrator
SELECT eventTime, userIdentity.arn AS caller, eventName, element_at(requestParameters, 'policyId') AS policy,
       element_at(requestParameters, 'targetId') AS target, errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'organizations.amazonaws.com' AND readOnly = false AND eventName LIKE '%Policy%'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
