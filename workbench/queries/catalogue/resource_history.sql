-- title: All about one resource
-- question: Which calls named this resource?
-- dialect: lake
-- parameter: resource text, an ARN, an id or a name, as it stands in the events
-- columns: eventTime, caller, eventSource, eventName, readOnly, errorCode, sourceIPAddress, eventID
-- look for: the first call that named it, and writes
-- limits: any event with this text is found, wherever it stands
-- sample: resource nordwind-audit-archive
SELECT eventTime, coalesce(userIdentity.arn, userIdentity.invokedBy, userIdentity.accountId) AS caller, eventSource,
       eventName, readOnly, errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE strpos(eventJson, :resource) > 0
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
