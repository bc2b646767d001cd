-- title: IAM: users, passwords and MFA devices
-- question: Who made or deleted users, set passwords, or took MFA away?
-- dialect: lake
-- columns: eventTime, caller, eventName, user_name, errorCode, sourceIPAddress, eventID
-- look for: a password for a user that had none; an MFA device that is deactivated
-- limits: users change their own password too
SELECT eventTime, userIdentity.arn AS caller, eventName, element_at(requestParameters, 'userName') AS user_name,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'iam.amazonaws.com' AND readOnly = false
  AND regexp_like(eventName, 'User$|LoginProfile|ChangePassword|MFADevice|PasswordPolicy|SigningCertificate|SSHPublicKey')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
