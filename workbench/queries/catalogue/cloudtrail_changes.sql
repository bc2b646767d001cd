-- title: CloudTrail: the log itself changed
-- question: Who stopped, deleted or narrowed a trail or an event data store?
-- dialect: lake
-- columns: eventTime, recipientAccountId, caller, eventName, trail, errorCode, sourceIPAddress, eventID
-- look for: StopLogging, PutEventSelectors, and what happened while nothing was recorded
-- limits: a bucket can lose its logs as well: s3_bucket_changes
SELECT eventTime, recipientAccountId, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName,
       coalesce(element_at(requestParameters, 'name'), element_at(requestParameters, 'trailName'),
                element_at(requestParameters, 'eventDataStore')) AS trail,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'cloudtrail.amazonaws.com' AND readOnly = false AND eventName <> 'LookupEvents'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
