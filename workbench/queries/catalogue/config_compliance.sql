-- title: Config: compliance with rules
-- question: Which resources comply with the rules of Config, and which do not?
-- dialect: lake
-- columns: eventTime, target_type, target, compliance, rules, accountId, eventID
-- look for: NON_COMPLIANT, and when it began
-- limits: needs items of the type AWS::Config::ResourceCompliance
SELECT eventTime, element_at(eventData.configuration, 'targetResourceType') AS target_type,
       element_at(eventData.configuration, 'targetResourceId') AS target,
       element_at(eventData.configuration, 'complianceType') AS compliance,
       element_at(eventData.configuration, 'configRuleList') AS rules, eventData.accountId, eventID
FROM $CONFIG_EDS_ID
WHERE eventData.resourceType = 'AWS::Config::ResourceCompliance'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
