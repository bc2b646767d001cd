-- title: Organizations: who looks, who changes
-- question: Who called Organizations, to read or to change?
-- dialect: lake
-- columns: caller, recipientAccountId, eventName, readOnly, calls, denied, first_call, last_call
-- look for: member accounts that ask for the organization; accounts that leave or are invited
-- limits: most APIs answer in the management account only
SELECT coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, recipientAccountId, eventName, readOnly,
       count(*) AS calls, count(errorCode) AS denied, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource = 'organizations.amazonaws.com'
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY readOnly, calls, caller, eventName
