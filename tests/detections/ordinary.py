"""Three weeks of ordinary work: scanners, pipelines, Terraform, operators, backups, shares, rotations.

What companies do every day looks like attacks one by one. The seed draws who is called what, and when.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.builders import ACCOUNT, event, role_event, user

START = datetime(2026, 8, 3, tzinfo=UTC)  # a Monday
DAYS = 21
TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) aws-sdk-go-v2/1.31.0"
BOTO = "Boto3/1.35.1 md/Botocore#1.35.1 os/linux lang/python#3.12"
SISTER = "444455556666"
Json = dict[str, Any]

LOOKS = {
    "ec2": ("DescribeInstances", "DescribeVpcs", "DescribeSnapshots", "DescribeImages", "DescribeVolumes"),
    "iam": ("ListUsers", "ListRoles", "ListPolicies", "GetAccountSummary", "GetAccountAuthorizationDetails"),
    "s3": ("ListBuckets", "GetBucketAcl", "GetBucketPolicy", "GetBucketPublicAccessBlock"),
    "rds": ("DescribeDBInstances", "DescribeDBSnapshots"),
    "cloudtrail": ("DescribeTrails", "GetEventSelectors"),
    "guardduty": ("ListDetectors", "GetDetector"),
    "ses": ("GetSendQuota", "ListIdentities"),
    "account": ("GetAlternateContact",),
    "organizations": ("ListAccounts", "DescribeOrganization"),
    "kms": ("ListKeys", "GetKeyPolicy"),
}


def weeks(seed: int) -> list[Json]:
    """Return the events of all habits, in order of time."""
    random_ = random.Random(seed)
    habits = (scanner, vendor, pipelines, terraform, operators, backups, shares, rotations, applications)
    events = [one for habit in habits for one in habit(random_)]
    return sorted(events, key=lambda one: str(one["eventTime"]))


def at(day: int, hour: float, second: float = 0) -> str:
    """Give a time as CloudTrail writes it."""
    return (START + timedelta(days=day, hours=hour, seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")


def working_days() -> list[int]:
    """List the days from Monday to Friday."""
    return [day for day in range(DAYS) if day % 7 < 5]


def call(role: str, time: str, api: str, request: Json | None = None, **more: Any) -> Json:
    """Return a call `service:Name` of a role."""
    service, name = api.split(":")
    fields = {"eventSource": f"{service}.amazonaws.com", "eventName": name, "requestParameters": request}
    return role_event(
        role, more.pop("session", "work"), eventTime=time, **fields, **{"userAgent": BOTO, **more}
    )


def scanner(random_: random.Random) -> Iterator[Json]:
    """List everything every night; some of it is refused, user data and functions are looked into."""
    role, hour = f"posture-{random_.randint(1, 99)}", random_.uniform(0, 4)
    for day in range(DAYS):
        apis = [f"{service}:{name}" for service, names in LOOKS.items() for name in names]
        for second, api in enumerate(apis):
            refused = {"errorCode": "AccessDenied"} if second % 2 else {}
            yield call(role, at(day, hour, second), api, **refused)
        for number in range(22):
            one = {"instanceId": f"i-{number}", "attribute": "userData"}
            yield call(role, at(day, hour, 60 + number), "ec2:DescribeInstanceAttribute", one)
            function = {"functionName": f"f-{number}"}
            yield call(role, at(day, hour, 90 + number), "lambda:GetFunction20150331v2", function)


def vendor(random_: random.Random) -> Iterator[Json]:
    """Let a supplier in every six hours, to list much."""
    for day in range(DAYS):
        for hour in (1, 7, 13, 19):
            start = random_.uniform(0, 600)
            for second, service in enumerate(LOOKS):
                for name in LOOKS[service]:
                    yield call("supplier-read", at(day, hour, start + second), f"{service}:{name}")


def pipelines(random_: random.Random) -> Iterator[Json]:
    """Deploy four services on most working days."""
    for number in range(4):
        for day in working_days():
            if random_.random() < 0.8:
                time = at(day, random_.uniform(8, 17))
                yield call(
                    f"deploy-{number}", time, "lambda:UpdateFunctionCode20150331v2", {"functionName": "f"}
                )
                yield call(f"deploy-{number}", time, "ecs:RegisterTaskDefinition", {"taskRoleArn": "r"})


def terraform(random_: random.Random) -> Iterator[Json]:
    """Refresh what is managed once a day, secrets and user data among it, and change a little."""
    for day in working_days():
        hour = random_.uniform(9, 16)
        for number in range(15):
            secret = {"secretId": f"s-{number}"}
            yield call(
                "iac", at(day, hour, number), "secretsmanager:GetSecretValue", secret, userAgent=TERRAFORM
            )
            one = {"name": f"/p/{number}", "withDecryption": True}
            yield call("iac", at(day, hour, number), "ssm:GetParameter", one, userAgent=TERRAFORM)
        web = {
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
        }
        group = {"groupId": "sg-1", "ipPermissions": {"items": [web]}}
        yield call("iac", at(day, hour, 60), "ec2:AuthorizeSecurityGroupIngress", group, userAgent=TERRAFORM)
        version = {"policyArn": "p", "setAsDefault": True, "policyDocument": "{}"}
        yield call("iac", at(day, hour, 61), "iam:CreatePolicyVersion", version, userAgent=TERRAFORM)


def operators(random_: random.Random) -> Iterator[Json]:
    """Open shells, daily by one team and now and then by another; run patches."""
    for day in working_days():
        shell = {"target": f"i-{random_.randint(1, 9)}"}
        yield call(
            "AWSReservedSSO_Operations_0123456789abcdef",
            at(day, 10),
            "ssm:StartSession",
            shell,
            session="ana",
        )
        if day % 7 == 2:
            yield call("AWSReservedSSO_Database_0123456789abcdef", at(day, 11), "ssm:StartSession", shell)
            yield call("AWSReservedSSO_Operations_0123456789abcdef", at(day, 12), "rds:RebootDBInstance", {})


def backups(random_: random.Random) -> Iterator[Json]:
    """Copy disks every night and delete what is old, with a tool of one's own and with AWS Backup."""
    for day in range(DAYS):
        for number in range(16):
            snapshot = {"snapshotId": f"snap-{day}-{number}"}
            yield call("backup-tool", at(day, 23, number), "ec2:CreateSnapshot", {"volumeId": f"v-{number}"})
            yield call("backup-tool", at(day, 23, 60 + number), "ec2:DeleteSnapshot", snapshot)
        yield call(
            "AWSBackupDefaultServiceRole", at(day, 1), "backup:DeleteRecoveryPoint",
            sourceIPAddress="backup.amazonaws.com", userAgent="backup.amazonaws.com",
        )  # fmt: skip


def shares(random_: random.Random) -> Iterator[Json]:
    """Share images with an account of ours, withdraw old shares."""
    yield event(eventTime=at(0, 0), recipientAccountId=SISTER)
    for day in working_days()[::2]:
        hour = random_.uniform(2, 4)
        for change, account in (("add", SISTER), ("remove", "999900001111")):
            request = {"imageId": "ami-1", "launchPermission": {change: {"items": [{"userId": account}]}}}
            yield call("image-bakery", at(day, hour), "ec2:ModifyImageAttribute", request)


def rotations(random_: random.Random) -> Iterator[Json]:
    """Exchange the keys of users, each their own."""
    for number, day in enumerate(random_.sample(working_days(), 3)):
        own = {
            "eventTime": at(day, 9),
            "userIdentity": user(f"dev{number}"),
            "eventSource": "iam.amazonaws.com",
        }
        request = {"userName": f"dev{number}"}
        yield event(**own, eventName="CreateAccessKey", requestParameters=request)
        yield event(**own, eventName="UpdateAccessKey", requestParameters=request | {"status": "Inactive"})


def applications(random_: random.Random) -> Iterator[Json]:
    """Read objects in bulk every night, secrets at every start."""
    data = {"managementEvent": False, "eventCategory": "Data"}
    for day in range(DAYS):
        for number in range(120):
            key = {"bucketName": "lake", "key": f"{day}/{number}"}
            yield call("etl", at(day, 3, number), "s3:GetObject", key, **data)
        for hour in (0, 6, 12, 18):
            for number in range(12):
                secret = {"secretId": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:app-{number}"}
                yield call("secrets-operator", at(day, hour, number), "secretsmanager:GetSecretValue", secret)
