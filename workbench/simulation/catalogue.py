"""The APIs that the simulated organization uses: a table, in the spelling of each service."""

from workbench.simulation.calls import Call, Json

_HOST = "{bucket}.s3.{region}.amazonaws.com"
_BUCKET = (("AWS::S3::Bucket", "arn:aws:s3:::{bucket}"),)
_OBJECT = (("AWS::S3::Object", "arn:aws:s3:::{bucket}/{key}"), *_BUCKET)
_KEY = (("AWS::KMS::Key", "{kms}"),)
_FUNCTION = (("AWS::Lambda::Function", "arn:aws:lambda:{region}:{account}:function:{function}"),)


def _get(service: str, name: str, request: Json = None, **more: Json) -> Call:
    return Call(service, name, True, request, **more)


def _set(service: str, name: str, request: Json = None, response: Json = None, **more: Json) -> Call:
    return Call(service, name, False, request, response, **more)


def _bucket(name: str, query: str) -> Call:
    return _get("s3", name, {"bucketName": "{bucket}", "Host": _HOST, query: ""}, resources=_BUCKET)


def _object(name: str, read: bool, **more: Json) -> Call:
    request = {"bucketName": "{bucket}", "Host": _HOST, "key": "{key}", **more}
    return Call("s3", name, read, request, resources=_OBJECT, data=True)


_CALLS = (
    # Looking around: who am I, what is here.
    _get("sts", "GetCallerIdentity"),
    _get("iam", "ListUsers"),
    _get("iam", "ListRoles"),
    _get("iam", "ListAccountAliases"),
    _get("iam", "GetAccountSummary"),
    _get("iam", "GetAccountAuthorizationDetails"),
    _get("iam", "GetCredentialReport"),
    _set("iam", "GenerateCredentialReport", None, {"state": "COMPLETE"}),
    _get("iam", "GetUser", {"userName": "{user}"}),
    _get("iam", "GetRole", {"roleName": "{role}"}),
    _get("iam", "GetPolicy", {"policyArn": "{policy}"}),
    _get("iam", "GetPolicyVersion", {"policyArn": "{policy}", "versionId": "v3"}),
    _get("iam", "ListAccessKeys", {"userName": "{user}"}),
    _get("iam", "GetAccessKeyLastUsed", {"accessKeyId": "{key_id}"}),
    _get("iam", "ListMFADevices", {"userName": "{user}"}),
    _get("iam", "ListAttachedUserPolicies", {"userName": "{user}"}),
    _get("iam", "ListUserPolicies", {"userName": "{user}"}),
    _get("iam", "ListAttachedRolePolicies", {"roleName": "{role}"}),
    _get("iam", "ListRolePolicies", {"roleName": "{role}"}),
    _get("organizations", "DescribeOrganization"),
    _get("organizations", "ListAccounts"),
    _get("organizations", "ListPolicies", {"filter": "SERVICE_CONTROL_POLICY"}),
    _get("account", "ListRegions", {}),
    _get("account", "GetRegionOptStatus", {"regionName": "{opt_region}"}),
    _set("account", "EnableRegion", {"regionName": "{opt_region}"}),
    _get(
        "ce",
        "GetCostAndUsage",
        {
            "TimePeriod": {"Start": "2026-02-01", "End": "2026-03-01"},
            "Granularity": "MONTHLY",
            "Metrics": ["UnblendedCost"],
        },
    ),
    _get("servicequotas", "GetServiceQuota", {"serviceCode": "ec2", "quotaCode": "L-1216C47A"}),
    # EC2
    _get("ec2", "DescribeInstances", {"instancesSet": {}, "filterSet": {}}),
    _get(
        "ec2", "DescribeInstanceStatus", {"instancesSet": {}, "filterSet": {}, "includeAllInstances": False}
    ),
    _get(
        "ec2", "DescribeSecurityGroups", {"securityGroupSet": {}, "securityGroupIdSet": {}, "filterSet": {}}
    ),
    _get("ec2", "DescribeVpcs", {"vpcSet": {}, "filterSet": {}}),
    _get("ec2", "DescribeSubnets", {"subnetSet": {}, "filterSet": {}}),
    _get("ec2", "DescribeRouteTables", {"routeTableIdSet": {}, "filterSet": {}}),
    _get("ec2", "DescribeNetworkAcls", {"networkAclIdSet": {}, "filterSet": {}}),
    _get("ec2", "DescribeVolumes", {"volumeSet": {}, "filterSet": {}}),
    _get(
        "ec2",
        "DescribeSnapshots",
        {
            "snapshotSet": {},
            "ownersSet": {"items": [{"owner": "self"}]},
            "sharedUsersSet": {},
            "filterSet": {},
        },
    ),
    _get("ec2", "DescribeRegions", {"regionSet": {}, "allRegions": True}),
    _get(
        "ec2",
        "DescribeImages",
        {
            "executableBySet": {},
            "imagesSet": {},
            "ownersSet": {"items": [{"owner": "amazon"}]},
            "filterSet": {},
        },
    ),
    _get("ec2", "DescribeAccountAttributes", {"accountAttributeNameSet": {}, "filterSet": {}}),
    _get("ec2", "DescribeInstanceAttribute", {"instanceId": "{instance}", "attribute": "userData"}),
    _set(
        "ec2",
        "CreateSnapshot",
        {
            "volumeId": "{volume}",
            "description": "nightly",
            "tagSpecificationSet": {
                "items": [
                    {"resourceType": "snapshot", "tags": [{"key": "backup", "value": "nightly"}]},
                ]
            },
        },
        {"snapshotId": "{snapshot}", "volumeId": "{volume}", "status": "pending", "encrypted": True},
    ),
    _set("ec2", "DeleteSnapshot", {"snapshotId": "{snapshot}"}, {"_return": True}),
    _set(
        "ec2",
        "CreateKeyPair",
        {"keyName": "{key_pair}", "keyType": "ed25519", "keyFormat": "pem"},
        {
            "keyName": "{key_pair}",
            "keyPairId": "{key_pair_id}",
            "keyFingerprint": "{fingerprint}",
            "keyMaterial": "<sensitiveDataRemoved>",
        },
    ),
    _set("ec2", "DeleteKeyPair", {"keyName": "{key_pair}"}, {"_return": True, "keyPairId": "{key_pair_id}"}),
    _set(
        "ec2",
        "RunInstances",
        {
            "instancesSet": {
                "items": [
                    {"imageId": "{image}", "minCount": 1, "maxCount": "{count}", "keyName": "{key_pair}"},
                ]
            },
            "instanceType": "{instance_type}",
            "blockDeviceMapping": {},
            "monitoring": {"enabled": False},
            "disableApiTermination": False,
            "disableApiStop": False,
            "clientToken": "{token}",
        },
    ),
    _set("ec2", "TerminateInstances", {"instancesSet": {"items": [{"instanceId": "{instance}"}]}}),
    _set(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        {
            "groupId": "{group}",
            "ipPermissions": {
                "items": [
                    {
                        "ipProtocol": "tcp",
                        "fromPort": 443,
                        "toPort": 443,
                        "groups": {},
                        "ipRanges": {"items": [{"cidrIp": "{cidr}", "description": "partner gateway"}]},
                        "ipv6Ranges": {},
                        "prefixListIds": {},
                    }
                ]
            },
        },
        {"_return": True},
    ),
    # S3
    _get("s3", "ListBuckets", {"Host": "s3.{region}.amazonaws.com"}),
    _bucket("GetBucketAcl", "acl"),
    _bucket("GetBucketPolicy", "policy"),
    _bucket("GetBucketPolicyStatus", "policyStatus"),
    _bucket("GetBucketEncryption", "encryption"),
    _bucket("GetBucketVersioning", "versioning"),
    _bucket("GetBucketTagging", "tagging"),
    _bucket("GetBucketLogging", "logging"),
    _bucket("GetBucketPublicAccessBlock", "publicAccessBlock"),
    _get(
        "s3",
        "GetBucketLocation",
        {"bucketName": "{bucket}", "Host": _HOST, "location": ""},
        resources=_BUCKET,
    ),
    _set(
        "s3",
        "PutBucketLifecycle",
        {
            "bucketName": "{bucket}",
            "Host": _HOST,
            "lifecycle": "",
            "LifecycleConfiguration": {
                "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/",
                "Rule": {
                    "ID": "cleanup",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "Expiration": {"Days": 1},
                },
            },
        },
        resources=_BUCKET,
    ),
    _set(
        "s3", "DeleteBucketPolicy", {"bucketName": "{bucket}", "Host": _HOST, "policy": ""}, resources=_BUCKET
    ),
    Call(
        "s3",
        "ListObjects",
        True,
        {
            "list-type": "2",
            "bucketName": "{bucket}",
            "Host": _HOST,
            "prefix": "{prefix}",
        },
        resources=_BUCKET,
        data=True,
    ),
    _object("GetObject", True),
    _object("HeadObject", True),
    _object("PutObject", False),
    _object("DeleteObject", False),
    # KMS, secrets, parameters
    _get(
        "kms",
        "Decrypt",
        {
            "encryptionContext": {"aws:s3:arn": "arn:aws:s3:::{bucket}"},
            "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "keyId": "{kms}",
        },
        resources=_KEY,
    ),
    _get(
        "kms",
        "GenerateDataKey",
        {
            "encryptionContext": {"aws:s3:arn": "arn:aws:s3:::{bucket}"},
            "keySpec": "AES_256",
            "keyId": "{kms}",
        },
        resources=_KEY,
    ),
    _get("kms", "ListAliases", {}),
    _get("kms", "DescribeKey", {"keyId": "{kms}"}, resources=_KEY),
    _get("kms", "GetKeyRotationStatus", {"keyId": "{kms}"}, resources=_KEY),
    _get("secretsmanager", "ListSecrets", {}),
    _get("secretsmanager", "DescribeSecret", {"secretId": "{secret}"}),
    _get("secretsmanager", "GetResourcePolicy", {"secretId": "{secret}"}),
    _get("secretsmanager", "GetSecretValue", {"secretId": "{secret}"}),
    _get(
        "ssm",
        "GetParameter",
        {"name": "{parameter}", "withDecryption": True},
        resources=(("", "arn:aws:ssm:{region}:{account}:parameter{parameter}"),),
    ),
    _get("ssm", "DescribeParameters", {"maxResults": 50}),
    _get("ssm", "DescribeInstanceInformation", {"maxResults": 50}),
    _set(
        "ssm",
        "StartSession",
        {"target": "{instance}"},
        {
            "sessionId": "{ssm_session}",
            "tokenValue": "Value hidden due to security reasons.",
            "streamUrl": "wss://ssmmessages.{region}.amazonaws.com/v1/data-channel/{ssm_session}?role=publish_subscribe",
        },
    ),
    _set("ssm", "TerminateSession", {"sessionId": "{ssm_session}"}, {"sessionId": "{ssm_session}"}),
    # Lambda, containers, databases, logs
    _get("lambda", "ListFunctions20150331", {}, api_version="20150331"),
    _get("lambda", "GetFunction20150331v2", {"functionName": "{function}"}, api_version="20150331"),
    _set(
        "lambda",
        "UpdateFunctionCode20150331v2",
        {
            "functionName": "{function}",
            "s3Bucket": "{bucket}",
            "s3Key": "{key}",
            "publish": True,
            "dryRun": False,
        },
        {
            "functionName": "{function}",
            "functionArn": "arn:aws:lambda:{region}:{account}:function:{function}",
            "runtime": "python3.13",
            "handler": "main.handler",
            "lastUpdateStatus": "InProgress",
            "state": "Active",
        },
        api_version="20150331",
    ),
    Call(
        "lambda",
        "Invoke",
        False,
        {
            "functionName": "arn:aws:lambda:{region}:{account}:function:{function}",
            "invocationType": "Event",
        },
        resources=_FUNCTION,
        data=True,
    ),
    _get("ecs", "DescribeServices", {"cluster": "{cluster}", "services": ["{ecs_service}"]}),
    _get("ecs", "DescribeClusters", {"clusters": ["{cluster}"]}),
    _set(
        "ecs",
        "RegisterTaskDefinition",
        {
            "family": "{ecs_service}",
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "512",
            "memory": "1024",
        },
        {
            "taskDefinition": {
                "taskDefinitionArn": "{task_arn}:{revision}",
                "family": "{ecs_service}",
                "revision": "{revision}",
                "status": "ACTIVE",
            }
        },
    ),
    _set(
        "ecs",
        "UpdateService",
        {
            "cluster": "{cluster}",
            "service": "{ecs_service}",
            "taskDefinition": "{ecs_service}:{revision}",
        },
    ),
    _get("ecr", "DescribeRepositories", {"maxResults": 100}),
    _get("rds", "DescribeDBInstances", {}),
    _get("rds", "DescribeDBSnapshots", {"includeShared": False, "includePublic": False}),
    _get("dynamodb", "ListTables", {}, api_version="2012-08-10"),
    _get("logs", "DescribeLogGroups", {"limit": 50}, api_version="20140328"),
    _get("monitoring", "DescribeAlarms", {"maxRecords": 100}),
    _get("elasticloadbalancing", "DescribeLoadBalancers", {"pageSize": 100}, api_version="2015-12-01"),
    _get(
        "elasticloadbalancing",
        "DescribeTargetHealth",
        {
            "targetGroupArn": "{target_group}",
        },
        api_version="2015-12-01",
    ),
    _get("autoscaling", "DescribeAutoScalingGroups", {}),
    _get("sns", "ListTopics", {}),
    _get("sqs", "ListQueues", {}),
    # Analytics
    _set(
        "athena",
        "StartQueryExecution",
        {
            "queryString": "***OMITTED***",
            "clientRequestToken": "{token}",
            "workGroup": "analysts",
            "queryExecutionContext": {"database": "shipments"},
        },
        {"queryExecutionId": "{query}"},
    ),
    _get("athena", "GetQueryExecution", {"queryExecutionId": "{query}"}),
    _get("athena", "GetQueryResults", {"queryExecutionId": "{query}", "maxResults": 1000}),
    _get("glue", "GetTable", {"databaseName": "shipments", "name": "{table}"}),
    # Audit and guard
    _get("cloudtrail", "DescribeTrails", {"includeShadowTrails": True}),
    _get("cloudtrail", "GetTrailStatus", {"name": "{trail}"}),
    _get("cloudtrail", "GetEventSelectors", {"trailName": "{trail}"}),
    _get("cloudtrail", "LookupEvents", {"maxResults": 50}),
    _set("cloudtrail", "StartLogging", {"name": "{trail}"}),
    _set("cloudtrail", "StopLogging", {"name": "{trail}"}),
    _set("cloudtrail", "DeleteTrail", {"name": "{trail}"}),
    _set("cloudtrail", "PutEventSelectors", {"trailName": "{trail}"}),
    _get("config", "DescribeConfigurationRecorders"),
    _get("config", "DescribeDeliveryChannels"),
    _set("config", "PutEvaluations", {"testMode": False, "resultToken": "HIDDEN_DUE_TO_SECURITY_REASONS"}),
    _get("guardduty", "ListDetectors", {}),
    _get("guardduty", "ListFindings", {"detectorId": "{detector}"}),
    _get("securityhub", "GetFindings", {"MaxResults": 100}),
    _get("access-analyzer", "ListFindings", {"analyzerArn": "{analyzer}"}),
    _set(
        "backup",
        "StartBackupJob",
        {
            "backupVaultName": "nightly",
            "resourceArn": "arn:aws:ec2:{region}:{account}:volume/{volume}",
            "iamRoleArn": "arn:aws:iam::{account}:role/service-role/AWSBackupDefaultServiceRole",
        },
        {"backupJobId": "{token}"},
    ),
    # Changing who may do what
    _set(
        "iam",
        "CreateUser",
        {"userName": "{user}"},
        {
            "user": {
                "path": "/",
                "userName": "{user}",
                "userId": "{user_id}",
                "arn": "arn:aws:iam::{account}:user/{user}",
                "createDate": "{now}",
            }
        },
    ),
    _set("iam", "AttachUserPolicy", {"userName": "{user}", "policyArn": "{policy}"}),
    _set(
        "iam",
        "CreateLoginProfile",
        {"userName": "{user}", "passwordResetRequired": True},
        {
            "loginProfile": {
                "userName": "{user}",
                "createDate": "{now}",
                "passwordResetRequired": True,
            }
        },
    ),
    _set(
        "iam",
        "CreateAccessKey",
        {"userName": "{user}"},
        {
            "accessKey": {
                "userName": "{user}",
                "accessKeyId": "{key_id}",
                "status": "Active",
                "createDate": "{now}",
            }
        },
    ),
    _set("iam", "UpdateAccessKey", {"userName": "{user}", "accessKeyId": "{key_id}", "status": "Inactive"}),
    _set("iam", "DeleteAccessKey", {"userName": "{user}", "accessKeyId": "{key_id}"}),
    _set("iam", "UpdateAssumeRolePolicy", {"roleName": "{role}", "policyDocument": "{document}"}),
    _set(
        "iam",
        "CreatePolicyVersion",
        {
            "policyArn": "{policy}",
            "policyDocument": "{document}",
            "setAsDefault": True,
        },
        {"policyVersion": {"versionId": "v4", "isDefaultVersion": True, "createDate": "{now}"}},
    ),
)

CALLS = {f"{call.service}:{call.name}": call for call in _CALLS}
