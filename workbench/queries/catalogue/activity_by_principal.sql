-- title: Activity of a user, role session or root
-- question: What did the identity of this ARN do?
-- dialect: lake
-- parameter: arn text, the ARN of an IAM user, of an assumed role with its session, or of root
-- columns: eventTime, awsRegion, eventSource, eventName, errorCode, sourceIPAddress, accessKeyId, eventID
-- look for: what it never did before, and from where
-- limits: a session is named by whoever opened it; only the chain of its credentials proves who that was
-- sample: arn arn:aws:iam::333344445555:user/service/svc-reporting
SELECT eventTime, awsRegion, eventSource, eventName, errorCode, sourceIPAddress, userIdentity.accessKeyId, eventID
FROM $EDS_ID
WHERE userIdentity.arn = :arn
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
