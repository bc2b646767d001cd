-- title: GuardDuty, Security Hub and others: switched or muted
-- question: Who switched off or muted what watches the accounts?
-- dialect: lake
-- columns: eventTime, awsRegion, caller, eventSource, eventName, errorCode, sourceIPAddress, eventID
-- look for: detectors deleted, members disassociated, filters that archive, recorders stopped
-- limits: findings themselves are not in CloudTrail
SELECT eventTime, awsRegion, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventSource, eventName,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource IN ('guardduty.amazonaws.com', 'securityhub.amazonaws.com', 'macie2.amazonaws.com',
                      'inspector2.amazonaws.com', 'detective.amazonaws.com', 'access-analyzer.amazonaws.com',
                      'config.amazonaws.com', 'securitylake.amazonaws.com')
  AND readOnly = false
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
