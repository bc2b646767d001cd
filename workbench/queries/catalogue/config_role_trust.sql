-- title: Config: trust policies of roles
-- question: Whom did each role trust, each time it was captured?
-- dialect: lake
-- columns: eventTime, accountId, role, trust_policy, eventID
-- look for: a policy that was another one for a while
-- limits: the document is encoded as in a URL, as IAM gives it
SELECT eventTime, eventData.accountId, eventData.resourceName AS role,
       url_decode(element_at(eventData.configuration, 'assumeRolePolicyDocument')) AS trust_policy, eventID
FROM $CONFIG_EDS_ID
WHERE eventData.resourceType = 'AWS::IAM::Role'
  AND element_at(eventData.configuration, 'assumeRolePolicyDocument') IS NOT NULL
  AND eventTime >= :start AND eventTime < :end
ORDER BY role, eventTime, eventID
