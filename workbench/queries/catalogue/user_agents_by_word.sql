-- title: Calls of a program
-- question: Who called with a user agent that contains this word?
-- dialect: lake
-- parameter: word text = kali, a part of the user agent, in small letters
-- columns: caller, accessKeyId, sourceIPAddress, userAgent, calls, first_call, last_call
-- look for: every identity that the same machine used
-- limits: an agent that was forged is not found
SELECT coalesce(userIdentity.arn, userIdentity.principalId) AS caller, userIdentity.accessKeyId, sourceIPAddress,
       userAgent, count(*) AS calls, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE strpos(lower(userAgent), lower(:word)) > 0
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY first_call, caller
