-- title: Config: resources that are gone
-- question: Which resources did Config see deleted?
-- dialect: lake
-- columns: eventTime, resourceType, resourceId, arn, accountId, awsRegion, eventID
-- look for: deletions around the time of an intrusion
-- limits: who deleted it is in CloudTrail: see resource_history
SELECT eventTime, eventData.resourceType, eventData.resourceId, eventData.arn, eventData.accountId,
       eventData.awsRegion, eventID
FROM $CONFIG_EDS_ID
WHERE eventData.configurationItemStatus LIKE 'ResourceDeleted%'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
