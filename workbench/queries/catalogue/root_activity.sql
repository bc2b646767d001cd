-- title: Everything root did
-- question: What was done as the root user of any account?
-- dialect: lake
-- columns: eventTime, recipientAccountId, eventSource, eventName, errorCode, mfa, sourceIPAddress, eventID
-- look for: anything at all: root has few tasks that nobody else can do
-- limits: what services do for root is left out, such as the renewal of a certificate
SELECT eventTime, recipientAccountId, eventSource, eventName, errorCode,
       coalesce(element_at(additionalEventData, 'MFAUsed'),
                userIdentity.sessionContext.attributes.mfaAuthenticated) AS mfa,
       sourceIPAddress, eventID
FROM $EDS_ID
WHERE userIdentity.type = 'Root' AND userIdentity.invokedBy IS NULL AND eventType <> 'AwsServiceEvent'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
