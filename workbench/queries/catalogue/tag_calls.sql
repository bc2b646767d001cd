-- title: Tags set and removed
-- question: Who set or removed tags, on what?
-- dialect: lake
-- columns: eventTime, caller, eventSource, eventName, request, errorCode, eventID
-- look for: tags that permissions depend on; tags that keep a resource out of a scan
-- limits: tags given when a resource is made are in tags_at_creation
SELECT eventTime, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventSource, eventName,
       json_format(json_extract(eventJson, '$.requestParameters')) AS request, errorCode, eventID
FROM $EDS_ID
WHERE readOnly = false
  AND regexp_like(eventName, '^(Tag|Untag|CreateTags|DeleteTags|AddTags|RemoveTags|(Put|Delete).*Tagging)')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
