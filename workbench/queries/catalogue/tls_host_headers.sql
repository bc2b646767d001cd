-- title: Hosts that clients asked for
-- question: Which names of hosts did clients send, beyond those of AWS?
-- dialect: lake
-- columns: clientProvidedHostHeader, eventSource, calls, callers, first_call, last_call
-- look for: endpoints of another region, and of buckets you do not know
-- limits: the client writes this header
SELECT tlsDetails.clientProvidedHostHeader, eventSource, count(*) AS calls,
       count(DISTINCT userIdentity.principalId) AS callers, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE tlsDetails.clientProvidedHostHeader IS NOT NULL
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2
ORDER BY calls, 1, 2
