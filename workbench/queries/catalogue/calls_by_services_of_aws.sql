-- title: What services did on your behalf
-- question: Which services of AWS called, with whose identity?
-- dialect: lake
-- columns: invokedBy, caller, eventSource, eventName, calls, first_call, last_call
-- look for: a service that acts for an identity which does not work with it
-- limits: forward access sessions of some services are not told apart
SELECT userIdentity.invokedBy, userIdentity.arn AS caller, eventSource, eventName, count(*) AS calls,
       min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE userIdentity.invokedBy IS NOT NULL
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, 1, eventName
