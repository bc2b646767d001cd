-- title: First call of each identity
-- question: When did each identity appear, with which call, from where?
-- dialect: lake
-- columns: caller, first_call, first_api, first_address, calls
-- look for: identities that appear in the middle of the evidence
-- limits: an identity may have been there before the evidence begins
SELECT coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.principalId) AS caller,
       min(eventTime) AS first_call, min_by(eventName, eventTime) AS first_api,
       min_by(sourceIPAddress, eventTime) AS first_address, count(*) AS calls
FROM $EDS_ID
WHERE eventTime >= :start AND eventTime < :end
GROUP BY 1
ORDER BY first_call, caller
