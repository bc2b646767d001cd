-- title: Activity from an address
-- question: Who called from this address, and what?
-- dialect: lake
-- parameter: ip text, the address as CloudTrail has it; a service is named by its domain
-- columns: eventTime, recipientAccountId, arn, accessKeyId, eventSource, eventName, errorCode, userAgent, eventID
-- look for: several identities behind one address that belongs to nobody you know
-- limits: many people share the address of an office, a VPN or a NAT gateway
-- sample: ip 203.0.113.66
SELECT eventTime, recipientAccountId, userIdentity.arn, userIdentity.accessKeyId, eventSource, eventName, errorCode,
       userAgent, eventID
FROM $EDS_ID
WHERE sourceIPAddress = :ip
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
