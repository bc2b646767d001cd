-- title: Source addresses
-- question: From which addresses do people and programs call?
-- dialect: lake
-- parameter: most whole = 100, so many addresses
-- columns: sourceIPAddress, calls, callers, keys, errors, first_call, last_call
-- look for: addresses with several identities, new addresses, hosting companies
-- limits: services of AWS are left out
SELECT sourceIPAddress, count(*) AS calls, count(DISTINCT userIdentity.principalId) AS callers,
       count(DISTINCT userIdentity.accessKeyId) AS keys, count(errorCode) AS errors, min(eventTime) AS first_call,
       max(eventTime) AS last_call
FROM $EDS_ID
WHERE TRY_CAST(sourceIPAddress AS IPADDRESS) IS NOT NULL
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1
ORDER BY callers DESC, calls DESC, 1
LIMIT :most
