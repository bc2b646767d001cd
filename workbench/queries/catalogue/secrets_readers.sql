-- title: Secrets Manager: callers by number of secrets
-- question: Which callers read how many different secrets?
-- dialect: lake
-- columns: caller, secrets, reads, denied, first_read, last_read
-- look for: the caller at the top, if it needs one secret only
-- limits: sessions of one role count for themselves
SELECT coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller,
       count(DISTINCT element_at(requestParameters, 'secretId')) AS secrets, count(*) AS reads,
       count(errorCode) AS denied, min(eventTime) AS first_read, max(eventTime) AS last_read
FROM $EDS_ID
WHERE eventSource = 'secretsmanager.amazonaws.com' AND eventName = 'GetSecretValue'
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1
ORDER BY secrets DESC, caller
