-- title: Config: changes, and the calls shortly before
-- question: Which calls changed something of the resource in the minutes before Config captured it?
-- dialect: lake
-- parameter: minutes whole = 30, so long before the capture
-- columns: captured, resourceType, resource, eventTime, eventName, caller, eventID
-- look for: items that no call explains: the trail may be incomplete
-- limits: a call counts when it is a change and names the resource; one item may have several
SELECT c.eventTime AS captured, c.eventData.resourceType, c.eventData.resourceName AS resource, e.eventTime,
       e.eventName, coalesce(e.userIdentity.arn, e.userIdentity.invokedBy) AS caller, e.eventID
FROM $CONFIG_EDS_ID c
JOIN $EDS_ID e
  ON e.recipientAccountId = c.recipientAccountId AND e.readOnly = false AND e.errorCode IS NULL
  AND e.eventTime <= c.eventTime AND e.eventTime >= date_add('minute', -:minutes, c.eventTime)
  AND e.eventCategory = 'Management'
  AND strpos(json_format(json_extract(e.eventJson, '$.requestParameters')), c.eventData.resourceName) > 0
WHERE c.eventTime >= :start AND c.eventTime < :end
ORDER BY captured, resource, e.eventTime, e.eventID
