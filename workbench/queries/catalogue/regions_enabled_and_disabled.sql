-- title: Regions switched on or off
-- question: Who enabled or disabled a region of an account?
-- dialect: lake
-- columns: eventTime, arn, eventName, region, errorCode, sourceIPAddress, eventID
-- look for: a region that is enabled shortly before machines run there
-- limits: only regions that are off by default can be switched
SELECT eventTime, userIdentity.arn, eventName, element_at(requestParameters, 'regionName') AS region, errorCode,
       sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'account.amazonaws.com' AND eventName IN ('EnableRegion', 'DisableRegion')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
