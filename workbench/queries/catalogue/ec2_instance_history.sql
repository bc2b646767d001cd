-- title: EC2: all about one instance
-- question: What was done to this instance, or on it?
-- dialect: lake
-- parameter: instance text, the id of the instance
-- columns: eventTime, caller, eventSource, eventName, errorCode, sourceIPAddress, eventID
-- look for: sessions of Systems Manager, changes of the role, snapshots of its volumes
-- limits: calls that name the instance nowhere are not found; calls of its role are, by their session
-- sample: instance i-0041ecfb4974783a8
SELECT eventTime, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventSource, eventName, errorCode,
       sourceIPAddress, eventID
FROM $EDS_ID
WHERE strpos(eventJson, :instance) > 0
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
