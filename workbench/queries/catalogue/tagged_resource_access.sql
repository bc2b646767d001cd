-- title: Who touched resources with a tag
-- question: Which calls touched resources that carry this tag, as CloudTrail recorded it?
-- dialect: lake
-- parameter: tag_key text, the key of the tag
-- parameter: tag_value text = %, its value, LIKE this
-- columns: eventTime, caller, eventSource, eventName, errorCode, arn, tag_value, eventID
-- look for: callers who have no business with this class of data
-- limits: needs enriched events; for others bind the store to rebuilt tags (see the README)
-- sample: tag_key backup
SELECT e.eventTime, coalesce(e.userIdentity.arn, e.userIdentity.invokedBy) AS caller, e.eventSource, e.eventName,
       e.errorCode, r.arn, element_at(r.tags, :tag_key) AS tag_value, e.eventID
FROM $EDS_ID e
CROSS JOIN UNNEST(e.eventContext.tagContext.resourceTags) AS r
WHERE element_at(r.tags, :tag_key) LIKE :tag_value
  AND e.eventTime >= :start AND e.eventTime < :end
ORDER BY e.eventTime, e.eventID
