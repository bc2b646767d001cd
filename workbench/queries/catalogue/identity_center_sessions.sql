-- title: Identity Center: what users did with their roles
-- question: Which user did how much, with which permission set, in which account?
-- dialect: lake
-- columns: user_name, permission_set, recipientAccountId, calls, writes, errors, addresses, first_call, last_call
-- look for: writes of people who should only read
-- limits: the name of the session is set by Identity Center, so it is the user
SELECT split_part(userIdentity.arn, '/', 3) AS user_name,
       regexp_extract(userIdentity.arn, 'AWSReservedSSO_(.+)_[0-9a-f]{16}/', 1) AS permission_set, recipientAccountId,
       count(*) AS calls, count_if(readOnly = false) AS writes, count(errorCode) AS errors,
       count(DISTINCT sourceIPAddress) AS addresses, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE userIdentity.arn LIKE '%assumed-role/AWSReservedSSO_%'
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY calls DESC, user_name, permission_set
