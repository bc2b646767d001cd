-- title: Lambda: functions invoked
-- question: Who invoked which function, how often?
-- dialect: lake
-- columns: function_arn, caller, calls, errors, first_call, last_call
-- look for: a person who invokes what only a queue should
-- limits: needs data events of Lambda
SELECT resources[1].arn AS function_arn, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller,
       count(*) AS calls, count(errorCode) AS errors, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource = 'lambda.amazonaws.com' AND eventName = 'Invoke' AND cardinality(resources) > 0
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2
ORDER BY calls DESC, function_arn, caller
