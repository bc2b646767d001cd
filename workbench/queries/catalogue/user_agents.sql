-- title: User agents
-- question: Which programs call, how often, for how many identities?
-- dialect: lake
-- columns: userAgent, calls, callers, addresses, first_call, last_call
-- look for: tools and systems that nobody of yours works with
-- limits: the client writes the user agent, and can write what it likes
SELECT userAgent, count(*) AS calls, count(DISTINCT userIdentity.principalId) AS callers,
       count(DISTINCT sourceIPAddress) AS addresses, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventTime >= :start AND eventTime < :end
GROUP BY 1
ORDER BY calls, 1
