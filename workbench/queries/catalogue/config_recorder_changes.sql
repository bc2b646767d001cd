-- title: Config: recorder and rules changed
-- question: Who stopped or changed the recorder, delivery or rules of Config?
-- dialect: lake
-- columns: eventTime, awsRegion, caller, eventName, errorCode, sourceIPAddress, eventID
-- look for: StopConfigurationRecorder: changes after it leave no item
-- limits: what Config recorded is in its own store
SELECT eventTime, awsRegion, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName, errorCode,
       sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'config.amazonaws.com' AND readOnly = false
  AND regexp_like(eventName, 'ConfigurationRecorder|DeliveryChannel|ConfigRule|ConformancePack|RetentionConfiguration')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
