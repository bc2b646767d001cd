"""The planted intrusion: a leaked key of the old build server, two days, three accounts."""

import json
from dataclasses import replace

from workbench.simulation.calls import refusal
from workbench.simulation.clock import HOUR, MINUTE
from workbench.simulation.console import pivot, switch_role
from workbench.simulation.credentials import ASSUME_ROLE, assume_role, forwarded, with_user_key
from workbench.simulation.identities import Caller, Json, Origin
from workbench.simulation.machinery import ARCHIVER, CI_BUILD, DEPLOY
from workbench.simulation.organization import (
    ARTIFACTS,
    AUDIT,
    DEVELOPMENT,
    EUROPE,
    EXPORTS,
    HOME,
    LOG_BUCKET,
    OUTSIDER,
    PRODUCTION,
    REPORTING,
    SECRETS,
    UNUSED,
    UPLOADER,
    Role,
    User,
    secret_arn,
)
from workbench.simulation.scene import Scene, serving_region

FRIDAY_ADDRESS, SATURDAY_ADDRESS, OUTSIDER_ADDRESS = "203.0.113.66", "203.0.113.129", "203.0.113.201"
TOOL = (
    "aws-cli/2.31.9 md/awscrt#0.27.6 ua/2.1 os/linux#6.12.38+kali-amd64 md/arch#x86_64 lang/python#3.13.5 "
    "md/pyimpl#CPython m/E cfg/retry-mode#standard"
)
SCRIPT = "python-requests/2.32.5 Boto3/1.40.2 md/Botocore#1.40.2 ua/2.1 os/linux#6.12.38+kali-amd64"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

SUPPORT = Role(PRODUCTION.id, "support-readonly")
STOLEN_KEY = 2  # the second long-term key of the reporting user: the intruder's
_SUPPORT_TRUST = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{PRODUCTION.id}:root"},
                  "Action": "sts:AssumeRole"}
_OPENED = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{OUTSIDER}:root"},
    "Action": "sts:AssumeRole",
}

_REFUSED = (
    "iam:ListUsers",
    "iam:ListRoles",
    "iam:GetAccountAuthorizationDetails",
    "ec2:DescribeInstances",
    "ec2:DescribeSnapshots",
    "lambda:ListFunctions20150331",
    "secretsmanager:ListSecrets",
    "ssm:DescribeParameters",
    "organizations:ListAccounts",
    "cloudtrail:DescribeTrails",
    "rds:DescribeDBInstances",
    "kms:ListAliases",
    "guardduty:ListDetectors",
)
_ALLOWED = ("iam:GetUser", "iam:ListUserPolicies", "iam:ListAttachedUserPolicies", "s3:ListBuckets")
_INSIDE = (
    "sts:GetCallerIdentity", "iam:ListRoles", "iam:ListUsers", "ec2:DescribeInstances", "ec2:DescribeVpcs",
    "ecs:DescribeClusters", "secretsmanager:ListSecrets", "s3:ListBuckets", "rds:DescribeDBInstances",
    "lambda:ListFunctions20150331", "ec2:DescribeRegions",
)
_PAGES = (
    "iam:ListUsers", "iam:ListRoles", "iam:GetRole", "s3:ListBuckets", "secretsmanager:ListSecrets",
    "ec2:DescribeInstances", "account:ListRegions", "iam:ListAccessKeys",
)


def intrusion(scene: Scene) -> None:
    """Play the whole intrusion; the scene begins on the evening of its first day."""
    scene.intrusion = True
    saturday = scene.now + 25 * HOUR
    deployer = _get_in(scene)
    console = _pivot(scene, deployer)
    _stay(scene, console)
    scene.now = saturday
    _take(scene)
    _use_new_region(scene)


def _get_in(scene: Scene) -> Caller:
    leaked = with_user_key(scene, UPLOADER, FRIDAY_ADDRESS, TOOL)
    scene.step("Leaked access key of ci-artifact-uploader used from a foreign address", "Initial Access",
               "T1078.004", leaked)
    scene.run(leaked, HOME, ("sts:GetCallerIdentity",), 20, 40)
    scene.step("Looked around in development; nearly everything was denied", "Discovery", "T1526", leaked)
    scene.run(leaked, EUROPE, _ALLOWED, 4, 12, user=UPLOADER.name)
    for api in _REFUSED:
        scene.call(leaked, api, EUROPE, denied="*")
        scene.wait(6, 24)
    scene.step(
        "Tried roles until one opened: ci-build in development", "Privilege Escalation", "T1548.005", leaked
    )
    for name in ("Admin", "github-actions-build", "terraform-execution"):
        refused_role(scene, leaked, Role(DEVELOPMENT.id, name), EUROPE)
        scene.wait(9, 30)
    builder = assume_role(scene, leaked, CI_BUILD, "artifact-upload", EUROPE)
    scene.step(
        "Read the build bucket and found the name of the deploy role",
        "Credential Access",
        "T1552.001",
        builder,
    )
    scene.call(builder, "s3:ListObjects", EUROPE, bucket=ARTIFACTS, prefix="")
    for key in ("nightly/build.env", "nightly/deploy.sh", "orders-api/deploy.yml"):
        scene.wait(5, 20)
        scene.call(
            builder,
            "s3:GetObject",
            EUROPE,
            bucket=ARTIFACTS,
            key=key,
            transferred=(0, scene.dice.between(300, 5000)),
        )
    scene.wait(90, 200)
    scene.step("Crossed into production as app-deploy, under the session name the pipeline uses",
               "Lateral Movement", "T1550.001", builder)
    deployer = assume_role(scene, builder, DEPLOY, "GitHubActions", EUROPE)
    scene.step("Mapped production", "Discovery", "T1580", deployer)
    scene.run(deployer, EUROPE, _INSIDE, 5, 18)
    scene.call(deployer, "organizations:ListAccounts", HOME, denied="*")
    scene.wait(200, 400)
    return deployer


def _pivot(scene: Scene, deployer: Caller) -> Caller:
    scene.step(
        "Turned the role's credentials into a console session", "Lateral Movement", "T1550.001", deployer
    )
    console = pivot(scene, deployer, DEPLOY, BROWSER)
    scene.run(console, EUROPE, _PAGES, 4, 25, user=REPORTING.name, role=SUPPORT.name)
    scene.step(
        "Switched in the console to deploy-record-writer in log-archive",
        "Lateral Movement",
        "T1550.001",
        console,
    )
    archive = switch_role(scene, console, ARCHIVER, "GitHubActions")
    scene.run(archive, HOME, ("s3:ListBuckets", "s3:GetBucketPolicy"), 6, 20, bucket=LOG_BUCKET)
    scene.call(archive, "s3:ListObjects", HOME, bucket=AUDIT, prefix="")
    scene.wait(30, 90)
    scene.step(
        "Tried to stop the trail and to let its files expire: refused",
        "Defense Evasion",
        "T1562.008",
        archive,
    )
    scene.run(archive, HOME, ("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus"), 5, 15)
    scene.call(archive, "cloudtrail:StopLogging", HOME, error=_NOT_MANAGEMENT)
    scene.wait(10, 25)
    scene.call(archive, "cloudtrail:DeleteTrail", HOME, error=_NOT_MANAGEMENT)
    scene.wait(10, 25)
    scene.call(
        archive, "s3:PutBucketLifecycle", HOME, bucket=LOG_BUCKET, denied=f'"arn:aws:s3:::{LOG_BUCKET}"'
    )
    scene.wait(100, 300)
    return console


_NOT_MANAGEMENT = (
    "NotOrganizationMasterAccountException",
    "The AWS account making the request to create or update an organization trail or event data store is "
    "not the management account for an organization in AWS Organizations.",
)


def _stay(scene: Scene, console: Caller) -> None:
    scene.step("Made a new access key for svc-reporting", "Persistence", "T1098.001", console)
    key = scene.long_term_key(REPORTING.account, REPORTING.arn, STOLEN_KEY)
    scene.run(console, HOME, ("iam:CreateAccessKey",), 15, 60, user=REPORTING.name, key_id=key)
    scene.step(
        f"Opened the trust policy of support-readonly to account {OUTSIDER}",
        "Persistence",
        "T1098.003",
        console,
    )
    scene.run(console, HOME, ("iam:GetRole",), 10, 30, role=SUPPORT.name)
    scene.run(console, HOME, ("iam:UpdateAssumeRolePolicy",), 10, 40, role=SUPPORT.name,
              document=_policy(_SUPPORT_TRUST, _OPENED))
    scene.step(
        f"Enabled {UNUSED}, a region the organization does not use", "Defense Evasion", "T1535", console
    )
    scene.call(console, "account:EnableRegion", HOME)
    for _ in range(2):
        scene.wait(9 * MINUTE, 14 * MINUTE)
        scene.call(console, "account:GetRegionOptStatus", HOME)


def _take(scene: Scene) -> None:
    reporting = with_user_key(scene, REPORTING, SATURDAY_ADDRESS, SCRIPT, STOLEN_KEY)
    scene.step(
        "Used the new key of svc-reporting and fetched the customer exports",
        "Exfiltration",
        "T1530",
        reporting,
    )
    scene.run(reporting, EUROPE, ("sts:GetCallerIdentity",), 5, 20)
    scene.call(reporting, "s3:ListObjects", EUROPE, bucket=EXPORTS, prefix="")
    for part in range(36):
        scene.wait(1, 5)
        scene.call(
            reporting,
            "s3:GetObject",
            EUROPE,
            bucket=EXPORTS,
            key=f"weekly/customers-{part:02d}.csv.gz",
            transferred=(0, scene.dice.between(100_000, 900_000)),
        )
    scene.wait(6 * MINUTE)
    helper = assume_role(scene, outsider(scene), SUPPORT, "support", EUROPE, outside=True, agent=SCRIPT)
    scene.step(
        "Came in from the outside account and read the secrets", "Credential Access", "T1555.006", helper
    )
    scene.steps[-1].events.append(str(helper.held.issuance))
    scene.call(helper, "secretsmanager:ListSecrets", EUROPE)
    for name in SECRETS:
        scene.wait(2, 7)
        arn = secret_arn(PRODUCTION.id, name)
        if name.startswith("prod/vpn"):
            scene.call(helper, "secretsmanager:GetSecretValue", EUROPE, denied=arn)
            continue
        scene.call(helper, "secretsmanager:GetSecretValue", EUROPE, secret=arn)
        scene.call(forwarded(scene, helper, "secretsmanager.amazonaws.com"), "kms:Decrypt", EUROPE)
    scene.wait(20 * MINUTE)


def outsider(scene: Scene) -> Caller:
    """Return the caller from the account that the trust policy was opened to."""
    user_id = scene.id_of("AIDA", OUTSIDER, "ops")
    identity: Json = {"type": "AWSAccount", "principalId": user_id, "accountId": OUTSIDER}
    origin = Origin(User(OUTSIDER, "ops").arn, "iam_user", user_id)
    return Caller(identity, OUTSIDER, OUTSIDER_ADDRESS, SCRIPT, origin)


def _use_new_region(scene: Scene) -> None:
    leaked = with_user_key(scene, UPLOADER, SATURDAY_ADDRESS, TOOL)
    scene.step(
        f"Came back through the same chain and started machines in {UNUSED}", "Impact", "T1496", leaked
    )
    builder = assume_role(scene, leaked, CI_BUILD, "artifact-upload", EUROPE)
    deployer = assume_role(scene, builder, DEPLOY, "GitHubActions", EUROPE)
    instances = _run_instances(scene, deployer)
    scene.wait(2 * HOUR)
    deployer = assume_role(scene, assume_role(scene, leaked, CI_BUILD, "artifact-upload", EUROPE), DEPLOY,
                           "GitHubActions", EUROPE)
    scene.step(
        "Tried once more to stop the trail, from the new region", "Defense Evasion", "T1562.008", deployer
    )
    scene.call(deployer, "cloudtrail:StopLogging", UNUSED, error=_NOT_MANAGEMENT)
    scene.wait(10, 40)
    scene.call(deployer, "cloudtrail:PutEventSelectors", UNUSED, denied="*")
    scene.wait(60, 120)
    _clean_up(scene, deployer, instances)


_KEY_PAIR: Json = {"key_pair": "ops-af", "key_pair_id": "key-0b7d1e90c24f6a835",
             "fingerprint": "sJ0vQx3yTtPq8mZr1kWcEo9uB4nLd7HgYf2aXi5RzVA="}


def _run_instances(scene: Scene, deployer: Caller) -> list[str]:
    scene.run(
        deployer,
        UNUSED,
        (
            "ec2:DescribeAccountAttributes",
            "servicequotas:GetServiceQuota",
            "ec2:DescribeImages",
            "ec2:DescribeVpcs",
        ),
        4,
        15,
    )
    scene.run(deployer, UNUSED, ("ec2:CreateKeyPair",), 5, 12, **_KEY_PAIR)
    limit = (
        "Client.VcpuLimitExceeded",
        "You have requested more vCPU capacity than your current vCPU limit of 0 "
        "allows for the instance bucket that the specified instance type belongs to. Please visit "
        "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
    )
    machine: Json = {"key_pair": _KEY_PAIR["key_pair"], "token": scene.dice.uuid()}
    scene.call(
        deployer, "ec2:RunInstances", UNUSED, error=limit, instance_type="p4d.24xlarge", count=4, **machine
    )
    scene.wait(30, 60)
    found = ["i-0" + scene.dice.hexadecimal(16) for _ in range(2)]
    scene.call(
        deployer,
        "ec2:RunInstances",
        UNUSED,
        response=_reservation(scene, found),
        instance_type="c7i.24xlarge",
        count=2,
        **machine,
    )
    scene.wait(60, 90)
    scene.call(deployer, "ec2:DescribeInstances", UNUSED)
    return found


def _reservation(scene: Scene, found: list[str]) -> Json:
    items = [
        {
            "instanceId": instance,
            "imageId": "ami-0a1f6f6d2f0b8c9e4",
            "instanceState": {"code": 0, "name": "pending"},
            "keyName": _KEY_PAIR["key_pair"],
            "amiLaunchIndex": index,
            "instanceType": "c7i.24xlarge",
            "launchTime": scene.now * 1000,
            "placement": {"availabilityZone": f"{UNUSED}a", "tenancy": "default"},
        }
        for index, instance in enumerate(found)
    ]
    return {
        "requestId": scene.dice.uuid(), "reservationId": "r-0" + scene.dice.hexadecimal(16),
        "ownerId": PRODUCTION.id, "groupSet": {}, "instancesSet": {"items": items},
    }


def _clean_up(scene: Scene, deployer: Caller, instances: list[str]) -> None:
    scene.step("Deleted what it had made: machines, key pair, trust statement, access key", "Defense Evasion",
               "T1070", deployer)
    for instance in instances:
        states = {"instanceId": instance, "currentState": {"code": 32, "name": "shutting-down"},
                  "previousState": {"code": 16, "name": "running"}}
        scene.call(deployer, "ec2:TerminateInstances", UNUSED, instance=instance,
                   response={"instancesSet": {"items": [states]}})
        scene.wait(4, 15)
    scene.run(deployer, UNUSED, ("ec2:DeleteKeyPair",), 5, 15, **_KEY_PAIR)
    scene.run(
        deployer,
        HOME,
        ("iam:UpdateAssumeRolePolicy",),
        10,
        30,
        role=SUPPORT.name,
        document=_policy(_SUPPORT_TRUST),
    )
    key = scene.long_term_key(REPORTING.account, REPORTING.arn, STOLEN_KEY)
    scene.run(deployer, HOME, ("iam:DeleteAccessKey",), user=REPORTING.name, key_id=key)


def refused_role(scene: Scene, caller: Caller, role: Role, region: str) -> None:
    """Record an AssumeRole that was not allowed: it names the role in its message only."""
    fault = refusal(ASSUME_ROLE, caller.arn, role.arn)
    body: Json = {
        "request": None,
        "response": None,
        "more": serving_region(region),
        "host": f"sts.{region}.amazonaws.com",
    }
    scene.record(replace(caller, session=None), ASSUME_ROLE, region, fault, body)


def _policy(*statements: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))
