-- title: Failed console sign-ins
-- question: Whose sign-in to the console failed, how often, from where?
-- dialect: lake
-- columns: userName, sourceIPAddress, errorMessage, tries, first_try, last_try
-- look for: many names from one address, or many tries for one name with a success after them
-- limits: AWS hides a user name that does not exist
SELECT userIdentity.userName, sourceIPAddress, errorMessage, count(*) AS tries, min(eventTime) AS first_try,
       max(eventTime) AS last_try
FROM $EDS_ID
WHERE eventSource = 'signin.amazonaws.com' AND eventName = 'ConsoleLogin'
  AND element_at(responseElements, 'ConsoleLogin') = 'Failure'
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY tries DESC, 1, 2
