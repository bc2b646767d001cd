-- title: Secrets Manager: secrets read
-- question: Who read the value of which secret?
-- dialect: lake
-- columns: secret, caller, sourceIPAddress, reads, denied, first_read, last_read
-- look for: one caller who reads many different secrets; people instead of workloads
-- limits: a secret that was asked for by name and one by ARN are two rows
SELECT coalesce(element_at(requestParameters, 'secretId'), element_at(requestParameters, 'secretIdList')) AS secret,
       coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, sourceIPAddress, count(*) AS reads,
       count(errorCode) AS denied, min(eventTime) AS first_read, max(eventTime) AS last_read
FROM $EDS_ID
WHERE eventSource = 'secretsmanager.amazonaws.com' AND eventName IN ('GetSecretValue', 'BatchGetSecretValue')
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY reads, secret, caller
