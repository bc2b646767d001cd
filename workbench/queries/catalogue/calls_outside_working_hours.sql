-- title: People outside working hours
-- question: Which people called at night or at the weekend?
-- dialect: lake
-- parameter: from_hour whole = 7, the first hour of work, UTC
-- parameter: to_hour whole = 19, the first hour after work, UTC
-- columns: caller, day, calls, changes, addresses, first_call, last_call
-- look for: changes, and addresses that are not of that person
-- limits: people are IAM users, root, and sessions of the console; hours are UTC, not theirs
SELECT coalesce(userIdentity.arn, userIdentity.principalId) AS caller, CAST(eventTime AS date) AS day,
       count(*) AS calls, count_if(readOnly = false) AS changes, count(DISTINCT sourceIPAddress) AS addresses,
       min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE (userIdentity.type IN ('IAMUser', 'Root') OR sessionCredentialFromConsole = 'true')
  AND (hour(eventTime) < :from_hour OR hour(eventTime) >= :to_hour OR day_of_week(eventTime) > 5)
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2
ORDER BY day, caller
