-- title: Clients with old TLS
-- question: Who still calls with TLS 1.0 or 1.1, with which client?
-- dialect: lake
-- columns: caller, userAgent, sourceIPAddress, tlsVersion, calls, last_call
-- look for: forgotten machines; their owners
-- limits: AWS refuses such clients at most of its endpoints now
SELECT coalesce(userIdentity.arn, userIdentity.principalId) AS caller, userAgent, sourceIPAddress,
       tlsDetails.tlsVersion, count(*) AS calls, max(eventTime) AS last_call
FROM $EDS_ID
WHERE tlsDetails.tlsVersion IN ('TLSv1', 'TLSv1.0', 'TLSv1.1')
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, caller
