-- title: Keys used from several addresses
-- question: Which access keys were used from more than one address within an hour?
-- dialect: lake
-- parameter: fewest whole = 2, fewer addresses in an hour are left out
-- columns: accessKeyId, arn, hour, addresses, seen
-- look for: two addresses in turn: a stolen key beside its owner
-- limits: services that call with a session of yours are left out by their domain
SELECT userIdentity.accessKeyId, userIdentity.arn, date_trunc('hour', eventTime) AS hour,
       count(DISTINCT sourceIPAddress) AS addresses,
       array_join(array_sort(array_agg(DISTINCT sourceIPAddress)), ', ') AS seen
FROM $EDS_ID
WHERE userIdentity.accessKeyId IS NOT NULL
  AND sourceIPAddress NOT LIKE '%.amazonaws.com' AND sourceIPAddress <> 'AWS Internal'
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
HAVING count(DISTINCT sourceIPAddress) >= :fewest
ORDER BY addresses DESC, hour, 1
