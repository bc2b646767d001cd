-- title: Activity from a range of addresses
-- question: Who called from this network?
-- dialect: lake
-- parameter: network text = 0.0.0.0/0, a range such as 203.0.113.0/24, IPv4 or IPv6
-- columns: sourceIPAddress, caller, calls, apis, first_call, last_call
-- look for: callers who share a range that is not yours
-- limits: calls that services make carry a domain for an address, and are not in any range
-- sample: network 203.0.113.0/24
SELECT sourceIPAddress, coalesce(userIdentity.arn, userIdentity.principalId, userIdentity.accountId) AS caller,
       count(*) AS calls, count(DISTINCT eventName) AS apis, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE contains(:network, TRY_CAST(sourceIPAddress AS IPADDRESS))
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2
ORDER BY calls DESC, sourceIPAddress, caller
