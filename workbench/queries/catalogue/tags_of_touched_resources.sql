-- title: Tags of what was touched
-- question: Which tags did the touched resources carry, recorded or rebuilt?
-- dialect: lake
-- columns: tag_key, tag_value, calls, resources, callers, first_call, last_call
-- look for: classes of data that were touched at all
-- limits: of resources that no event, item or export tells the tags of nothing is known
SELECT t.tag_key, t.tag_value, count(*) AS calls, count(DISTINCT r.arn) AS resources,
       count(DISTINCT e.userIdentity.principalId) AS callers, min(e.eventTime) AS first_call,
       max(e.eventTime) AS last_call
FROM $REBUILT_TAGS e
CROSS JOIN UNNEST(e.eventContext.tagContext.resourceTags) AS r
CROSS JOIN UNNEST(r.tags) AS t(tag_key, tag_value)
WHERE e.eventTime >= :start AND e.eventTime < :end
GROUP BY 1, 2
ORDER BY calls DESC, 1, 2
