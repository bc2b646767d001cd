-- title: Console sign-ins without MFA
-- question: Which IAM users and which root signed in to the console without MFA?
-- dialect: lake
-- columns: eventTime, recipientAccountId, type, userName, mfa, sourceIPAddress, eventID
-- look for: root; people with wide permissions
-- limits: federated users and Identity Center do their MFA elsewhere: they are left out
SELECT eventTime, recipientAccountId, userIdentity.type, userIdentity.userName,
       element_at(additionalEventData, 'MFAUsed') AS mfa, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'signin.amazonaws.com' AND eventName = 'ConsoleLogin'
  AND userIdentity.type IN ('IAMUser', 'Root')
  AND element_at(responseElements, 'ConsoleLogin') = 'Success'
  AND coalesce(element_at(additionalEventData, 'MFAUsed'), 'No') <> 'Yes'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
