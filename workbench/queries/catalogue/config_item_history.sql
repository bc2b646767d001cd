-- title: Config: all items of a resource
-- question: How did the configuration of this resource look, each time it was captured?
-- dialect: lake
-- parameter: resource text, its ARN, id or name
-- columns: eventTime, configurationItemStatus, resourceType, arn, tags, configuration, eventID
-- look for: what differs between two items in a row; wb.changes shows it
-- limits: what changed and changed back between two captures leaves no item
-- sample: resource support-readonly
SELECT eventTime, eventData.configurationItemStatus, eventData.resourceType, eventData.arn,
       CAST(eventData.tags AS json) AS tags, CAST(eventData.configuration AS json) AS configuration, eventID
FROM $CONFIG_EDS_ID
WHERE (eventData.arn = :resource OR eventData.resourceId = :resource OR eventData.resourceName = :resource)
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
