-- title: Systems Manager: parameters read
-- question: Who read which parameters, decrypted or not?
-- dialect: lake
-- columns: parameter, caller, decrypted, calls, denied, first_call, last_call
-- look for: reads by path with decryption, by people
-- limits: GetParametersByPath tells the path, not the parameters
SELECT coalesce(element_at(requestParameters, 'name'), element_at(requestParameters, 'names'),
                element_at(requestParameters, 'path')) AS parameter,
       coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller,
       element_at(requestParameters, 'withDecryption') AS decrypted, count(*) AS calls, count(errorCode) AS denied,
       min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource = 'ssm.amazonaws.com' AND eventName IN ('GetParameter', 'GetParameters', 'GetParametersByPath')
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY calls, parameter, caller
