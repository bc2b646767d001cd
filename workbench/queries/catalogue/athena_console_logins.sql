-- title: Console sign-ins, for Athena
-- question: Who signed in to the console, with MFA or without?
-- dialect: athena
-- columns: eventtime, arn, result, mfa, sourceipaddress, useragent, eventid
-- look for: sign-ins of IAM users without MFA
-- limits: federated users do their MFA at the provider, and show No here
SELECT eventtime, useridentity.arn, json_extract_scalar(responseelements, '$.ConsoleLogin') AS result,
       json_extract_scalar(additionaleventdata, '$.MFAUsed') AS mfa, sourceipaddress, useragent, eventid
FROM cloudtrail_logs
WHERE eventname = 'ConsoleLogin'
  AND eventtime >= :start AND eventtime < :end
ORDER BY eventtime, eventid
