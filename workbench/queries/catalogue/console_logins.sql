-- title: Console sign-ins
-- question: Who signed in to the console, from where, with MFA or without?
-- dialect: lake
-- columns: eventTime, recipientAccountId, type, arn, result, mfa, sourceIPAddress, userAgent, eventID
-- look for: sign-ins at odd hours, from new addresses, of users who work with keys only
-- limits: federated users do their MFA at the provider, and show No here
SELECT eventTime, recipientAccountId, userIdentity.type, userIdentity.arn,
       element_at(responseElements, 'ConsoleLogin') AS result, element_at(additionalEventData, 'MFAUsed') AS mfa,
       sourceIPAddress, userAgent, eventID
FROM $EDS_ID
WHERE eventSource = 'signin.amazonaws.com' AND eventName = 'ConsoleLogin'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
