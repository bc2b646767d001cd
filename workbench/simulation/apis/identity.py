"""Calls about who may do what, about the organization, and about the audit trail."""

from workbench.simulation.apis.calls import reads, writes

IDENTITY = (
    reads("sts", "GetCallerIdentity"),
    # IAM, reading
    reads("iam", "ListUsers"),
    reads("iam", "ListRoles"),
    reads("iam", "GetAccountSummary"),
    reads("iam", "GetAccountAuthorizationDetails"),
    reads("iam", "GetCredentialReport"),
    reads("iam", "GetUser", {"userName": "{user}"}),
    reads("iam", "GetRole", {"roleName": "{role}"}),
    reads("iam", "GetPolicy", {"policyArn": "{policy}"}),
    reads("iam", "GetPolicyVersion", {"policyArn": "{policy}", "versionId": "v3"}),
    reads("iam", "ListAccessKeys", {"userName": "{user}"}),
    reads("iam", "GetAccessKeyLastUsed", {"accessKeyId": "{key_id}"}),
    reads("iam", "ListMFADevices", {"userName": "{user}"}),
    reads("iam", "ListAttachedUserPolicies", {"userName": "{user}"}),
    reads("iam", "ListUserPolicies", {"userName": "{user}"}),
    reads("iam", "ListAttachedRolePolicies", {"roleName": "{role}"}),
    reads("iam", "ListRolePolicies", {"roleName": "{role}"}),
    # IAM, changing
    writes("iam", "GenerateCredentialReport", None, {"state": "COMPLETE"}),
    writes("iam", "CreateUser", {"userName": "{user}"}, {"user": {
        "path": "/", "userName": "{user}", "userId": "{user_id}", "arn": "arn:aws:iam::{account}:user/{user}",
        "createDate": "{now}",
    }}),
    writes("iam", "AttachUserPolicy", {"userName": "{user}", "policyArn": "{policy}"}),
    writes("iam", "CreateLoginProfile", {"userName": "{user}", "passwordResetRequired": True}, {
        "loginProfile": {"userName": "{user}", "createDate": "{now}", "passwordResetRequired": True},
    }),
    writes("iam", "CreateAccessKey", {"userName": "{user}"}, {"accessKey": {
        "userName": "{user}", "accessKeyId": "{key_id}", "status": "Active", "createDate": "{now}",
    }}),
    writes("iam", "UpdateAccessKey", {"userName": "{user}", "accessKeyId": "{key_id}", "status": "Inactive"}),
    writes("iam", "DeleteAccessKey", {"userName": "{user}", "accessKeyId": "{key_id}"}),
    writes("iam", "UpdateAssumeRolePolicy", {"roleName": "{role}", "policyDocument": "{document}"}),
    writes("iam", "CreatePolicyVersion", {
        "policyArn": "{policy}", "policyDocument": "{document}", "setAsDefault": True,
    }, {"policyVersion": {"versionId": "v4", "isDefaultVersion": True, "createDate": "{now}"}}),
    # The organization and its accounts
    reads("organizations", "DescribeOrganization"),
    reads("organizations", "ListAccounts"),
    reads("organizations", "ListPolicies", {"filter": "SERVICE_CONTROL_POLICY"}),
    reads("account", "ListRegions", {}),
    reads("account", "GetRegionOptStatus", {"regionName": "{opt_region}"}),
    writes("account", "EnableRegion", {"regionName": "{opt_region}"}),
    reads("ce", "GetCostAndUsage", {
        "TimePeriod": {"Start": "2026-02-01", "End": "2026-03-01"}, "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost"],
    }),
    reads("servicequotas", "GetServiceQuota", {"serviceCode": "ec2", "quotaCode": "L-1216C47A"}),
    # Trail, recorder, guards
    reads("cloudtrail", "DescribeTrails", {"includeShadowTrails": True}),
    reads("cloudtrail", "GetTrailStatus", {"name": "{trail}"}),
    reads("cloudtrail", "LookupEvents", {"maxResults": 50}),
    writes("cloudtrail", "StartLogging", {"name": "{trail}"}),
    writes("cloudtrail", "StopLogging", {"name": "{trail}"}),
    writes("cloudtrail", "DeleteTrail", {"name": "{trail}"}),
    writes("cloudtrail", "PutEventSelectors", {"trailName": "{trail}"}),
    reads("config", "DescribeConfigurationRecorders"),
    reads("guardduty", "ListDetectors", {}),
    reads("guardduty", "ListFindings", {"detectorId": "{detector}"}),
    reads("securityhub", "GetFindings", {"MaxResults": 100}),
    reads("access-analyzer", "ListFindings", {"analyzerArn": "{analyzer}"}),
)
