-- title: Files that hold the events of a day, for Athena
-- question: Which log files hold the events of this day?
-- dialect: athena
-- parameter: day text, the day as 2026/03/02
-- columns: file, events, first_event, last_event
-- look for: files far from the time of their events
-- limits: the day is that of the events, in UTC
-- sample: day 2026/03/02
SELECT "$path" AS file, count(*) AS events, min(eventtime) AS first_event, max(eventtime) AS last_event
FROM cloudtrail_logs
WHERE dt = :day
GROUP BY 1
ORDER BY first_event, file
