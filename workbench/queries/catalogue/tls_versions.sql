-- title: Versions of TLS by service
-- question: Which versions of TLS do callers use, and how often?
-- dialect: lake
-- columns: tlsVersion, cipherSuite, eventSource, calls, callers
-- look for: anything below TLSv1.2
-- limits: calls between services have no TLS details, and are left out
SELECT tlsDetails.tlsVersion, tlsDetails.cipherSuite, eventSource, count(*) AS calls,
       count(DISTINCT userIdentity.principalId) AS callers
FROM $EDS_ID
WHERE tlsDetails.tlsVersion IS NOT NULL
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY 1, calls DESC, eventSource
