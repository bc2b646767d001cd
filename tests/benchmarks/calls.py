"""What the corpus is made of: the calls, and how often each is made. Data only.

In a template, `$word` is filled anew for each record (the same word in one record: the same value), and
`"#word"` is a number or a literal, so that its quotes go too.
The mix is that of busy accounts with data events: machines' role sessions first, services, a few people; a
twentieth of the calls fails. It is frozen here, not taken from `workbench.simulation`, so that figures of
different days speak of the same bytes.
"""

from typing import Any, NamedTuple

Json = dict[str, Any]


class Call(NamedTuple):
    """One API: `weight` per mille of all calls, and what its record says."""

    weight: float
    service: str
    name: str
    request: Json | None
    response: Json | None
    resources: tuple[Json, ...]
    more: Json | None
    data: bool


def call(
    weight: float, api: str, request: Json | None = None, response: Json | None = None,
    resources: tuple[Json, ...] = (), more: Json | None = None, data: bool = False,
) -> Call:
    """Return a call; `api` is written `service:Name`."""
    service, name = api.split(":")
    return Call(weight, service, name, request, response, resources, more, data)


HOST = "$bucket.s3.$region.amazonaws.com"
BUCKET: Json = {"accountId": "$account", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::$bucket"}
OBJECT: Json = {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::$bucket/$path"}
KMS_KEY: Json = {
    "accountId": "$account", "type": "AWS::KMS::Key", "ARN": "arn:aws:kms:$region:$account:key/$kms"
}
TABLE: Json = {
    "accountId": "$account", "type": "AWS::DynamoDB::Table",
    "ARN": "arn:aws:dynamodb:$region:$account:table/$noun",
}
FUNCTION = "arn:aws:lambda:$region:$account:function:$noun-$other"
S3_MORE: Json = {
    "SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256", "bytesTransferredIn": "#size",
    "AuthenticationMethod": "AuthHeader", "x-amz-id-2": "$opaque56", "bytesTransferredOut": "#size",
}
CREDENTIALS: Json = {
    "accessKeyId": "ASIA$base16", "sessionToken": "$opaque150", "expiration": "Jun 9, 2026, $clock"
}
FILTERS: Json = {"items": [{"name": "tag:team", "valueSet": {"items": [{"value": "$noun-$tag"}]}}]}
GROUPS: Json = {"items": [{"groupId": "sg-0$hex16", "groupName": "$noun"}]}


def _s3(name: str, weight: float, **more: Any) -> Call:
    request = {"bucketName": "$bucket", "Host": HOST, "key": "$path", **more}
    return call(weight, f"s3:{name}", request, None, (OBJECT, BUCKET), S3_MORE, data=True)


def _role(name: str, weight: float, request: Json, response: Json) -> Call:
    asked = {"roleArn": "arn:aws:iam::$peer:role/$role", "roleSessionName": "$noun-$tag", **request}
    person = {
        "assumedRoleId": "AROA$base17:$noun-$tag",
        "arn": "arn:aws:sts::$peer:assumed-role/$role/$noun-$tag",
    }
    role: Json = {"accountId": "$peer", "type": "AWS::IAM::Role", "ARN": "arn:aws:iam::$peer:role/$role"}
    given = {"credentials": CREDENTIALS, "assumedRoleUser": person, **response}
    return call(weight, f"sts:{name}", asked, given, (role,))


def _kms(name: str, weight: float, **more: Any) -> Call:
    context = {"aws:s3:arn": "arn:aws:s3:::$bucket/$path"}
    return call(weight, f"kms:{name}", {"encryptionContext": context, **more}, None, (KMS_KEY,))


def _describe(what: str, weight: float) -> Call:
    asked: Json = {f"{what[0].lower()}{what[1:]}Set": {}, "filterSet": FILTERS, "maxResults": 1000}
    return call(weight, f"ec2:Describe{what}", asked)


RUN_INSTANCES = call(
    4, "ec2:RunInstances",
    {
        "instancesSet": {"items": [{"imageId": "ami-0$hex16", "minCount": 1, "maxCount": 1}]},
        "groupSet": GROUPS, "instanceType": "m7g.large", "subnetId": "subnet-0$hex16",
        "blockDeviceMapping": {"items": [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 64}}]},
        "userData": "<sensitiveDataRemoved>", "iamInstanceProfile": {"name": "$role"},
        "tagSpecificationSet": {"items": [{"resourceType": "instance", "tags": [
            {"key": "Name", "value": "$noun-$tag"}, {"key": "cost:center", "value": "#size"},
        ]}]},
    },
    {
        "requestId": "$uuid", "reservationId": "r-0$hex16", "ownerId": "$account", "groupSet": {},
        "instancesSet": {"items": [{
            "instanceId": "i-0$hex16", "imageId": "ami-0$hex16", "instanceType": "m7g.large",
            "instanceState": {"code": 0, "name": "pending"}, "launchTime": "#size",
            "placement": {"availabilityZone": "$zone", "tenancy": "default"},
            "monitoring": {"state": "disabled"}, "vpcId": "vpc-0$hex16", "groupSet": GROUPS,
            "cpuOptions": {"coreCount": 2, "threadsPerCore": 1}, "ebsOptimized": False,
            "networkInterfaceSet": {"items": [{"networkInterfaceId": "eni-0$hex16", "status": "in-use"}]},
        }]},
    },
)

CALLS = (
    _s3("GetObject", 150),
    _s3("PutObject", 70, **{"x-amz-server-side-encryption": "aws:kms"}),
    _s3("HeadObject", 40),
    _s3("DeleteObject", 15),
    call(40, "s3:ListObjects", {
        "list-type": "2", "bucketName": "$bucket", "prefix": "$noun/", "max-keys": "1000", "Host": HOST,
    }, None, (BUCKET,), S3_MORE, data=True),
    call(25, "s3:GetBucketAcl", {"bucketName": "$bucket", "Host": HOST, "acl": ""}, None, (BUCKET,), S3_MORE),
    call(2, "s3:PutBucketPolicy", {
        "bucketName": "$bucket", "Host": HOST, "policy": "", "bucketPolicy": {
            "Version": "2012-10-17", "Statement": [{
                "Sid": "Read$tag", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::$peer:root"},
                "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::$bucket/*"],
            }],
        },
    }, None, (BUCKET,), S3_MORE),
    _kms("Decrypt", 85, encryptionAlgorithm="SYMMETRIC_DEFAULT"),
    _kms("GenerateDataKey", 40, keySpec="AES_256", keyId="arn:aws:kms:$region:$account:key/$kms"),
    _role("AssumeRole", 85, {"durationSeconds": 3600, "externalId": "$noun"}, {}),
    _role("AssumeRoleWithSAML", 8, {"durationSeconds": 43200}, {
        "issuer": "https://sso.example/saml/$hex16", "subjectType": "persistent", "packedPolicySize": 0,
    }),
    _role("AssumeRoleWithWebIdentity", 10, {}, {
        "audience": "sts.amazonaws.com", "provider": "arn:aws:iam::$account:oidc-provider/ci.example",
        "subjectFromWebIdentityToken": "repo:example/$noun:ref:refs/heads/main",
    }),
    call(30, "sts:GetCallerIdentity"),
    _describe("Instances", 60),
    _describe("SecurityGroups", 25),
    _describe("Volumes", 20),
    _describe("NetworkInterfaces", 20),
    call(8, "ec2:CreateTags", {
        "resourcesSet": {"items": [{"resourceId": "vol-0$hex16"}]},
        "tagSet": {"items": [{"key": "team", "value": "$noun"}]},
    }, {"requestId": "$uuid", "_return": True}),
    RUN_INSTANCES,
    call(25, "lambda:Invoke", {
        "functionName": FUNCTION, "contentType": "application/json", "invocationType": "Event",
    }, None, ({"accountId": "$account", "type": "AWS::Lambda::Function", "ARN": FUNCTION},), {
        "functionVersion": f"{FUNCTION}:$LATEST",
    }, data=True),
    call(10, "lambda:GetFunction20150331v2", {"functionName": "$noun-$other"}),
    call(30, "logs:CreateLogStream", {
        "logGroupName": "/aws/lambda/$noun-$other", "logStreamName": "2026/06/09/[$LATEST]$hex32",
    }),
    call(15, "logs:DescribeLogGroups", {"limit": 50, "nextToken": "$opaque56"}),
    call(20, "dynamodb:GetItem", {
        "tableName": "$noun", "key": {"id": "$hex16"}, "consistentRead": False,
    }, None, (TABLE,), data=True),
    call(15, "dynamodb:DescribeTable", {"tableName": "$noun"}),
    call(25, "ssm:GetParameter", {"name": "/$noun/$other/settings", "withDecryption": True}),
    call(25, "ssm:UpdateInstanceInformation", {
        "instanceId": "i-0$hex16", "agentVersion": "3.3.2299.0", "agentStatus": "Active",
        "platformType": "Linux", "platformName": "Amazon Linux", "computerName": "ip-10-0-$tag.internal",
    }),
    call(10, "secretsmanager:GetSecretValue", {"secretId": "prod/$noun/$other"}),
    call(20, "elasticloadbalancing:DescribeTargetHealth", {
        "targetGroupArn": "arn:aws:elasticloadbalancing:$region:$account:targetgroup/$noun/$hex16",
    }),
    call(10, "ecs:DescribeTasks", {"cluster": "$noun", "tasks": ["$hex32"]}),
    call(8, "ecr:BatchGetImage", {"repositoryName": "$noun/$other", "imageIds": [{"imageTag": "$hex16"}]}),
    call(8, "cloudformation:DescribeStacks", {"stackName": "$noun-$other"}),
    call(10, "rds:DescribeDBInstances"),
    call(8, "glue:GetTable", {"databaseName": "$noun", "name": "$noun"}),
    call(15, "iam:GetRole", {"roleName": "$role"}),
    call(5, "iam:ListRoles", {"maxItems": 1000}),
    call(0.5, "iam:CreateAccessKey", {"userName": "$noun"}, {"accessKey": {
        "userName": "$noun", "accessKeyId": "AKIA$base16", "status": "Active",
        "createDate": "Jun 9, 2026, $clock",
    }}),
    call(10, "config:PutEvaluations", {"evaluations": [
        {"complianceResourceId": "$noun-$tag", "complianceType": "COMPLIANT"} for _ in range(3)
    ], "resultToken": "$opaque56", "testMode": False}),
    call(4, "cloudtrail:LookupEvents", {"maxResults": 50, "lookupAttributes": []}),
    call(3, "organizations:ListAccounts"),
    call(4, "signin:ConsoleLogin", None, {"ConsoleLogin": "Success"}, (), {
        "LoginTo": "https://console.aws.amazon.com/console/home?state=$hex16", "MobileVersion": "No",
        "MFAUsed": "Yes",
    }),
    call(1, "signin:ConsoleLogin", None, {"ConsoleLogin": "Failure"}, (), {
        "LoginTo": "https://console.aws.amazon.com/console/home?state=$hex16", "MobileVersion": "No",
        "MFAUsed": "No",
    }),
)

# The share of records that carry each of these at their end: some that the columns hold, some that none does.
RARE = (
    (0.02, ',"eventContext":{"requestContext":{"aws:SourceVpc":"vpc-0$hex16"},"tagContext":{"principalTags":'
           '{"team":"$noun"},"resourceTags":[{"arn":"arn:aws:s3:::$bucket","tags":{"class":"$other"}}]}}'),
    (0.003, ',"vpcEndpointId":"vpce-0$hex16","vpcEndpointAccountId":"$account"'),
    (0.003, ',"laterField":{"level":"#size","ratio":1.50,"parts":[1e5,null,"\\u00e9"]}'),
    (0.001, ',"addendum":{"reason":"DELIVERY_DELAY","updatedFields":"responseElements"}'),
)
