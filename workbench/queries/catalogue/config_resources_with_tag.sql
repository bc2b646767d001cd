-- title: Config: resources with a tag
-- question: Which resources carry this tag, by their last item?
-- dialect: lake
-- parameter: tag_key text, the key of the tag
-- parameter: tag_value text = %, its value, LIKE this
-- columns: resourceType, arn, accountId, awsRegion, tag_value, captured
-- look for: the list to ask "who touched it" of
-- limits: as of the last item before the end
-- sample: tag_key Name
SELECT max_by(eventData.resourceType, eventTime) AS resourceType, eventData.arn, eventData.accountId,
       eventData.awsRegion, max_by(element_at(eventData.tags, :tag_key), eventTime) AS tag_value,
       max(eventTime) AS captured
FROM $CONFIG_EDS_ID
WHERE eventTime >= :start AND eventTime < :end
GROUP BY eventData.arn, eventData.accountId, eventData.awsRegion
HAVING max_by(element_at(eventData.tags, :tag_key), eventTime) LIKE :tag_value
ORDER BY 1, 2
