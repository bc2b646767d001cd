-- title: IAM: access keys made, switched and deleted
-- question: Who made keys for whom, which, and what became of them?
-- dialect: lake
-- columns: eventTime, caller, eventName, user_name, key_id, status, errorCode, sourceIPAddress, eventID
-- look for: a key made for somebody else, a second key
-- limits: without a user name the caller acts on itself
SELECT eventTime, userIdentity.arn AS caller, eventName,
       coalesce(element_at(requestParameters, 'userName'), userIdentity.userName) AS user_name,
       coalesce(element_at(requestParameters, 'accessKeyId'),
                json_extract_scalar(element_at(responseElements, 'accessKey'), '$.accessKeyId')) AS key_id,
       element_at(requestParameters, 'status') AS status, errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'iam.amazonaws.com' AND eventName IN ('CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
