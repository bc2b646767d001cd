-- title: Activity by tag of the principal
-- question: What did identities that carry this tag do?
-- dialect: lake
-- parameter: tag_key text, the key of the tag
-- columns: tag_value, caller, eventSource, eventName, calls, errors, first_call, last_call
-- look for: calls of a team outside of its field
-- limits: needs enriched events; for others bind the store to rebuilt tags (see the README)
-- sample: tag_key team
SELECT element_at(eventContext.tagContext.principalTags, :tag_key) AS tag_value, userIdentity.arn AS caller,
       eventSource, eventName, count(*) AS calls, count(errorCode) AS errors, min(eventTime) AS first_call,
       max(eventTime) AS last_call
FROM $EDS_ID
WHERE element_at(eventContext.tagContext.principalTags, :tag_key) IS NOT NULL
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, 1, caller, eventName
