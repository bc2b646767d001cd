-- title: GuardDuty, Security Hub and others: who looks at findings
-- question: Who read detectors and findings?
-- dialect: lake
-- columns: eventSource, eventName, caller, sourceIPAddress, calls, denied, first_call, last_call
-- look for: a stranger who wants to know whether an alarm went off
-- limits: consoles and dashboards ask all the time
SELECT eventSource, eventName, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, sourceIPAddress,
       count(*) AS calls, count(errorCode) AS denied, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource IN ('guardduty.amazonaws.com', 'securityhub.amazonaws.com', 'macie2.amazonaws.com',
                      'inspector2.amazonaws.com', 'detective.amazonaws.com', 'access-analyzer.amazonaws.com',
                      'config.amazonaws.com')
  AND readOnly = true
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY calls, eventSource, eventName, caller
