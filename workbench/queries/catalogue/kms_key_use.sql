-- title: KMS: keys used
-- question: Who decrypts and encrypts with which key?
-- dialect: lake
-- columns: kms_key, caller, eventName, calls, denied, first_call, last_call
-- look for: callers that decrypt for the first time; many calls refused
-- limits: services ask KMS for the caller, whose identity is in the event
SELECT coalesce(element_at(transform(filter(resources, r -> r.type = 'AWS::KMS::Key'), r -> r.arn), 1),
                element_at(requestParameters, 'keyId')) AS kms_key,
       coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName, count(*) AS calls,
       count(errorCode) AS denied, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource = 'kms.amazonaws.com'
  AND eventName IN ('Decrypt', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'ReEncrypt', 'Sign')
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY calls DESC, kms_key, caller
