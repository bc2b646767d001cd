-- title: S3: policies, ACLs and public access of buckets
-- question: Who changed who may read a bucket?
-- dialect: lake
-- columns: eventTime, arn, eventName, bucket, policy, errorCode, sourceIPAddress, eventID
-- look for: a principal of * or of a foreign account in the policy; public access blocks that are removed
-- limits: policies longer than CloudTrail keeps are cut
SELECT eventTime, userIdentity.arn, eventName, element_at(requestParameters, 'bucketName') AS bucket,
       coalesce(element_at(requestParameters, 'bucketPolicy'),
                element_at(requestParameters, 'PublicAccessBlockConfiguration'),
                element_at(requestParameters, 'AccessControlPolicy')) AS policy,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 's3.amazonaws.com'
  AND eventName IN ('PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketAcl', 'PutObjectAcl',
                    'PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock', 'PutAccountPublicAccessBlock',
                    'DeleteAccountPublicAccessBlock', 'PutBucketOwnershipControls')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
