-- title: Config: resources without a tag
-- question: Which resources do not carry this tag, by their last item?
-- dialect: lake
-- parameter: tag_key text, the key that your rules ask for
-- columns: resourceType, arn, accountId, awsRegion, tags, captured
-- look for: resources that fall out of rules and bills
-- limits: some types of resources cannot be tagged
-- sample: tag_key owner
SELECT max_by(eventData.resourceType, eventTime) AS resourceType, eventData.arn, eventData.accountId,
       eventData.awsRegion, max_by(cardinality(eventData.tags), eventTime) AS tags, max(eventTime) AS captured
FROM $CONFIG_EDS_ID
WHERE eventTime >= :start AND eventTime < :end
GROUP BY eventData.arn, eventData.accountId, eventData.awsRegion
HAVING max_by(element_at(eventData.tags, :tag_key), eventTime) IS NULL
ORDER BY 1, 2
