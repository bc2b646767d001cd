-- title: Config: what was recorded
-- question: Which types of resources has AWS Config items of, how many, from when to when?
-- dialect: lake
-- columns: resourceType, accountId, awsRegion, resources, items, first_item, last_item
-- look for: types, accounts and regions that are missing
-- limits: Config records only the types that its recorder is told to
SELECT eventData.resourceType, eventData.accountId, eventData.awsRegion, count(DISTINCT eventData.arn) AS resources,
       count(*) AS items, min(eventTime) AS first_item, max(eventTime) AS last_item
FROM $CONFIG_EDS_ID
WHERE eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
