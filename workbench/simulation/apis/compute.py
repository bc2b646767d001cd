"""Calls to machines, functions, containers and what watches them."""

from workbench.simulation.apis.calls import Call, reads, writes

_FUNCTION = (("AWS::Lambda::Function", "arn:aws:lambda:{region}:{account}:function:{function}"),)

COMPUTE = (
    # EC2, reading
    reads("ec2", "DescribeInstances", {"instancesSet": {}, "filterSet": {}}),
    reads("ec2", "DescribeInstanceStatus", {
        "instancesSet": {}, "filterSet": {}, "includeAllInstances": False,
    }),
    reads("ec2", "DescribeSecurityGroups", {
        "securityGroupSet": {}, "securityGroupIdSet": {}, "filterSet": {},
    }),
    reads("ec2", "DescribeVpcs", {"vpcSet": {}, "filterSet": {}}),
    reads("ec2", "DescribeSubnets", {"subnetSet": {}, "filterSet": {}}),
    reads("ec2", "DescribeRouteTables", {"routeTableIdSet": {}, "filterSet": {}}),
    reads("ec2", "DescribeNetworkAcls", {"networkAclIdSet": {}, "filterSet": {}}),
    reads("ec2", "DescribeVolumes", {"volumeSet": {}, "filterSet": {}}),
    reads("ec2", "DescribeSnapshots", {
        "snapshotSet": {}, "ownersSet": {"items": [{"owner": "self"}]}, "sharedUsersSet": {}, "filterSet": {},
    }),
    reads("ec2", "DescribeRegions", {"regionSet": {}, "allRegions": True}),
    reads("ec2", "DescribeImages", {
        "executableBySet": {}, "imagesSet": {}, "ownersSet": {"items": [{"owner": "amazon"}]},
        "filterSet": {},
    }),
    reads("ec2", "DescribeAccountAttributes", {"accountAttributeNameSet": {}, "filterSet": {}}),
    # EC2, changing
    writes("ec2", "CreateSnapshot", {
        "volumeId": "{volume}", "description": "nightly",
        "tagSpecificationSet": {"items": [
            {"resourceType": "snapshot", "tags": [{"key": "backup", "value": "nightly"}]},
        ]},
    }, {"snapshotId": "{snapshot}", "volumeId": "{volume}", "status": "pending", "encrypted": True}),
    writes("ec2", "DeleteSnapshot", {"snapshotId": "{snapshot}"}, {"_return": True}),
    writes("ec2", "CreateKeyPair", {"keyName": "{key_pair}", "keyType": "ed25519", "keyFormat": "pem"}, {
        "keyName": "{key_pair}", "keyPairId": "{key_pair_id}", "keyFingerprint": "{fingerprint}",
        "keyMaterial": "<sensitiveDataRemoved>",
    }),
    writes("ec2", "DeleteKeyPair", {"keyName": "{key_pair}"}, {
        "_return": True, "keyPairId": "{key_pair_id}",
    }),
    writes("ec2", "RunInstances", {
        "instancesSet": {"items": [
            {"imageId": "{image}", "minCount": 1, "maxCount": "{count}", "keyName": "{key_pair}"},
        ]},
        "instanceType": "{instance_type}", "blockDeviceMapping": {}, "monitoring": {"enabled": False},
        "disableApiTermination": False, "disableApiStop": False, "clientToken": "{token}",
    }),
    writes("ec2", "TerminateInstances", {"instancesSet": {"items": [{"instanceId": "{instance}"}]}}),
    writes("ec2", "AuthorizeSecurityGroupIngress", {
        "groupId": "{group}",
        "ipPermissions": {"items": [{
            "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "groups": {},
            "ipRanges": {"items": [{"cidrIp": "{cidr}", "description": "partner gateway"}]},
            "ipv6Ranges": {}, "prefixListIds": {},
        }]},
    }, {"_return": True}),
    # Systems Manager
    reads("ssm", "GetParameter", {"name": "{parameter}", "withDecryption": True}, resources=(
        ("", "arn:aws:ssm:{region}:{account}:parameter{parameter}"),
    )),
    reads("ssm", "DescribeParameters", {"maxResults": 50}),
    reads("ssm", "DescribeInstanceInformation", {"maxResults": 50}),
    writes("ssm", "StartSession", {"target": "{instance}"}, {
        "sessionId": "{ssm_session}", "tokenValue": "Value hidden due to security reasons.",
        "streamUrl": "wss://ssmmessages.{region}.amazonaws.com/v1/data-channel/{ssm_session}",
    }),
    writes("ssm", "TerminateSession", {"sessionId": "{ssm_session}"}, {"sessionId": "{ssm_session}"}),
    # Lambda; its API names carry a version
    reads("lambda", "ListFunctions20150331", {}, api_version="20150331"),
    reads("lambda", "GetFunction20150331v2", {"functionName": "{function}"}, api_version="20150331"),
    writes("lambda", "UpdateFunctionCode20150331v2", {
        "functionName": "{function}", "s3Bucket": "{bucket}", "s3Key": "{key}", "publish": True,
        "dryRun": False,
    }, {
        "functionName": "{function}", "functionArn": "arn:aws:lambda:{region}:{account}:function:{function}",
        "runtime": "python3.13", "handler": "main.handler", "lastUpdateStatus": "InProgress",
        "state": "Active",
    }, api_version="20150331"),
    Call("lambda", "Invoke", False, {
        "functionName": "arn:aws:lambda:{region}:{account}:function:{function}", "invocationType": "Event",
    }, resources=_FUNCTION, data=True),
    # Containers, databases, queues, monitoring
    reads("ecs", "DescribeServices", {"cluster": "{cluster}", "services": ["{ecs_service}"]}),
    reads("ecs", "DescribeClusters", {"clusters": ["{cluster}"]}),
    writes("ecs", "RegisterTaskDefinition", {
        "family": "{ecs_service}", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "cpu": "512", "memory": "1024",
    }, {"taskDefinition": {
        "taskDefinitionArn": "{task_arn}:{revision}", "family": "{ecs_service}", "revision": "{revision}",
        "status": "ACTIVE",
    }}),
    writes("ecs", "UpdateService", {
        "cluster": "{cluster}", "service": "{ecs_service}", "taskDefinition": "{ecs_service}:{revision}",
    }, {"service": {"serviceName": "{ecs_service}", "status": "ACTIVE", "desiredCount": 2}}),
    reads("ecr", "DescribeRepositories", {"maxResults": 100}),
    reads("rds", "DescribeDBInstances", {}),
    reads("dynamodb", "ListTables", {}, api_version="2012-08-10"),
    reads("logs", "DescribeLogGroups", {"limit": 50}, api_version="20140328"),
    reads("monitoring", "DescribeAlarms", {"maxRecords": 100}),
    reads("elasticloadbalancing", "DescribeTargetHealth", {"targetGroupArn": "{target_group}"},
          api_version="2015-12-01"),
    reads("autoscaling", "DescribeAutoScalingGroups", {}),
    reads("sns", "ListTopics", {}),
    reads("sqs", "ListQueues", {}),
)
