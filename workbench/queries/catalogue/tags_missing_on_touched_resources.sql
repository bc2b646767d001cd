-- title: Touched resources without a tag
-- question: Which resources were touched that are known not to carry this tag?
-- dialect: lake
-- parameter: tag_key text, the key that your rules ask for
-- columns: arn, calls, writes, callers, first_call, last_call
-- look for: resources outside of your rules, and who works with them
-- limits: where only single keys are known, the tag may be there nevertheless
-- sample: tag_key owner
SELECT r.arn, count(*) AS calls, count_if(e.readOnly = false) AS writes,
       count(DISTINCT e.userIdentity.principalId) AS callers, min(e.eventTime) AS first_call,
       max(e.eventTime) AS last_call
FROM $REBUILT_TAGS e
CROSS JOIN UNNEST(e.eventContext.tagContext.resourceTags) AS r
WHERE element_at(r.tags, :tag_key) IS NULL
  AND e.eventTime >= :start AND e.eventTime < :end
GROUP BY 1
ORDER BY calls DESC, 1
