-- title: Roles switched to in the console
-- question: Who switched roles in the console, from which account into which?
-- dialect: lake
-- columns: eventTime, arn, result, switched_to, sourceIPAddress, eventID
-- look for: switches into accounts that are not the user's field
-- limits: the calls of the role have a session of their own
SELECT eventTime, userIdentity.arn, element_at(responseElements, 'SwitchRole') AS result,
       element_at(additionalEventData, 'SwitchTo') AS switched_to, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'signin.amazonaws.com' AND eventName = 'SwitchRole'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
