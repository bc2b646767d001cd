-- title: Session tokens made from long-term keys
-- question: Who called GetSessionToken or GetFederationToken?
-- dialect: lake
-- columns: eventTime, eventName, arn, federated_name, seconds, with_mfa, sourceIPAddress, eventID
-- look for: tokens that outlive the removal of the key they came from
-- limits: what was done with them has the key id that is in the answer of the call
SELECT eventTime, eventName, userIdentity.arn, element_at(requestParameters, 'name') AS federated_name,
       TRY_CAST(element_at(requestParameters, 'durationSeconds') AS bigint) AS seconds,
       element_at(requestParameters, 'serialNumber') IS NOT NULL AS with_mfa, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'sts.amazonaws.com' AND eventName IN ('GetSessionToken', 'GetFederationToken')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
