-- title: KMS: keys disabled, deleted, opened
-- question: Who changed a key, its policy or its grants?
-- dialect: lake
-- columns: eventTime, awsRegion, caller, eventName, kms_key, errorCode, sourceIPAddress, eventID
-- look for: ScheduleKeyDeletion and DisableKey: data may be lost; grants to a foreign account
-- limits: services make grants for volumes and databases all the time
SELECT eventTime, awsRegion, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName,
       element_at(requestParameters, 'keyId') AS kms_key, errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'kms.amazonaws.com'
  AND eventName IN ('ScheduleKeyDeletion', 'CancelKeyDeletion', 'DisableKey', 'EnableKey', 'PutKeyPolicy', 'CreateGrant',
                    'RevokeGrant', 'CreateKey', 'ImportKeyMaterial', 'DeleteImportedKeyMaterial', 'DisableKeyRotation')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
