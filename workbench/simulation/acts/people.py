"""What people do on a working day: in the portal, in the console, at the command line."""

from dataclasses import replace

from workbench.simulation.acts.changes import policy, run_instances, terminate_instances
from workbench.simulation.acts.console import portal, root_login
from workbench.simulation.acts.credentials import assume_role
from workbench.simulation.acts.federation import assume_root
from workbench.simulation.clock import HOUR, rotations
from workbench.simulation.identities import Caller, Json
from workbench.simulation.organization import (
    ARCHIVE,
    AUDIT,
    CHROME,
    CLI,
    DEVELOPMENT,
    EUROPE,
    HOME,
    LAKE,
    MANAGEMENT,
    PRODUCTION,
    REPORTING,
    Account,
    Person,
    Role,
    instance_id,
    secret_arn,
)
from workbench.simulation.scene import Scene

# What somebody with a permission set usually looks at, and what that person tries and may not do.
LOOKS = {
    "AdministratorAccess": (
        "iam:GetAccountSummary",
        "iam:ListUsers",
        "iam:ListRoles",
        "organizations:ListAccounts",
        "ce:GetCostAndUsage",
        "cloudtrail:DescribeTrails",
        "config:DescribeConfigurationRecorders",
        "ec2:DescribeInstances",
        "kms:ListAliases",
        "s3:ListBuckets",
    ),
    "PlatformEngineer": (
        "ec2:DescribeInstances",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeVolumes",
        "ecs:DescribeServices",
        "elasticloadbalancing:DescribeTargetHealth",
        "monitoring:DescribeAlarms",
        "logs:DescribeLogGroups",
        "autoscaling:DescribeAutoScalingGroups",
        "rds:DescribeDBInstances",
        "ecs:DescribeClusters",
    ),
    "Developer": (
        "lambda:ListFunctions20150331",
        "lambda:GetFunction20150331v2",
        "logs:DescribeLogGroups",
        "dynamodb:ListTables",
        "sqs:ListQueues",
        "sns:ListTopics",
        "ecr:DescribeRepositories",
        "s3:ListBuckets",
        "s3:GetBucketLocation",
    ),
    "ViewOnlyAccess": (
        "ecs:DescribeServices",
        "monitoring:DescribeAlarms",
        "logs:DescribeLogGroups",
        "ec2:DescribeInstances",
        "rds:DescribeDBInstances",
    ),
    "SecurityAudit": (
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:LookupEvents",
        "securityhub:GetFindings",
        "guardduty:ListFindings",
        "access-analyzer:ListFindings",
        "s3:GetBucketAcl",
    ),
}
REFUSED = {
    "Developer": (("iam:ListRoles", "*"), ("kms:DescribeKey", "*")),
    "ViewOnlyAccess": (("secretsmanager:GetSecretValue", secret_arn(PRODUCTION.id, "prod/orders/database")),
                       ("ssm:StartSession", "*")),
    "SecurityAudit": (("ce:GetCostAndUsage", "*"),),
}

AUDITED = (MANAGEMENT, PRODUCTION, DEVELOPMENT)
_AUDIT = (
    "iam:GetAccountSummary", "iam:GenerateCredentialReport", "iam:GetCredentialReport", "iam:ListUsers",
    "iam:ListAccessKeys", "iam:ListMFADevices", "iam:GetAccessKeyLastUsed", "s3:ListBuckets",
    "s3:GetBucketPolicyStatus", "ec2:DescribeSecurityGroups",
)


def office_day(scene: Scene, person: Person, account: Account, permission_set: str) -> None:
    """Work through the portal: a console session in the morning or a command-line session."""
    console = scene.dice.chance(0.6)
    caller = portal(scene, person, account, permission_set, console=console)
    if not console:
        caller = replace(caller, agent=CLI)
        scene.call(caller, "sts:GetCallerIdentity", HOME)
    region = EUROPE if EUROPE in account.regions else HOME
    for _ in range(scene.dice.between(1, 2)):
        look_around(scene, caller, region, permission_set)
        scene.wait(HOUR // 4, 2 * HOUR)


def look_around(scene: Scene, caller: Caller, region: str, permission_set: str) -> None:
    """Open some pages; now and then one that is not allowed."""
    pages = LOOKS[permission_set]
    for _ in range(scene.dice.between(6, 12)):
        scene.call(
            caller,
            scene.dice.pick(pages),
            region,
            key_id=scene.reporting_key(),
        )
        scene.wait(1, 14)
    if permission_set in REFUSED and scene.dice.chance(0.35):
        api, resource = scene.dice.pick(REFUSED[permission_set])
        scene.call(caller, api, region, denied=resource)


def shell_on_instance(scene: Scene, person: Person) -> None:
    """Open a shell on a production instance, as the platform team does every other day."""
    caller = replace(portal(scene, person, PRODUCTION, "PlatformEngineer", console=False), agent=CLI)
    target = instance_id(PRODUCTION.id, scene.dice.between(1, 2))
    # The session is named after the instance: a name proves nothing.
    debug = assume_role(scene, caller, Role(PRODUCTION.id, "instance-debug"), target, EUROPE)
    scene.run(debug, EUROPE, ("ec2:DescribeInstanceStatus", "ssm:GetParameter"), 2, 9)
    session = f"{person.mail}-{scene.dice.hexadecimal(17)}"
    scene.run(caller, EUROPE, ("ssm:DescribeInstanceInformation", "ssm:StartSession"), instance=target,
              ssm_session=session)
    scene.wait(300, 1500)
    scene.call(caller, "ssm:TerminateSession", EUROPE, ssm_session=session)


def test_machine(scene: Scene, person: Person) -> None:
    """Start a small machine in development, look at it, and take it down: ordinary, and all in one day."""
    caller = portal(scene, person, DEVELOPMENT, "PlatformEngineer", console=True)
    group = "sg-0" + scene.dice.hexadecimal(16)
    scene.call(caller, "ec2:AuthorizeSecurityGroupIngress", EUROPE, group=group, cidr="198.51.100.0/24")
    scene.wait(20, 60)
    found = run_instances(scene, caller, EUROPE, instance_type="t3.small", key_pair="platform-team", count=1)
    scene.wait(60, 200)
    scene.run(caller, EUROPE, ("ec2:DescribeInstances", "ec2:DescribeInstanceStatus"), 20, 90)
    scene.wait(HOUR, 2 * HOUR)
    terminate_instances(scene, caller, EUROPE, found)


def trust_review(scene: Scene, person: Person) -> None:
    """Let the security account into a role: a trust policy changes, and stays inside the organization."""
    caller = portal(scene, person, PRODUCTION, "AdministratorAccess", console=True)
    statement: Json = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ARCHIVE.id}:root"},
        "Action": "sts:AssumeRole",
    }
    scene.run(caller, HOME, ("iam:GetRole", "iam:UpdateAssumeRolePolicy"), 20, 70, role="SecurityAuditor",
              document=policy(statement))
    scene.run(
        caller,
        HOME,
        ("iam:GetPolicy", "iam:CreatePolicyVersion"),
        20,
        70,
        document=policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{LAKE}/*"}),
    )


COLLEAGUES = ("lena.voss", "erik.dahl", "sofia.brandt", "paul.eklund", "nora.lange", "felix.moreau")


def key_rotation(scene: Scene, person: Person) -> None:
    """Rotate the key of a service user and set up a new colleague: an administrator's ordinary work."""
    caller = portal(scene, person, PRODUCTION, "AdministratorAccess", console=True)
    week = rotations(scene.now)
    old, new = (scene.long_term_key(REPORTING.account, REPORTING.arn, number) for number in (week, week + 1))
    scene.run(caller, HOME, ("iam:ListAccessKeys",), user=REPORTING.name)
    scene.run(caller, HOME, ("iam:CreateAccessKey",), user=REPORTING.name, key_id=new)
    scene.wait(120, 400)
    scene.run(
        caller, HOME, ("iam:UpdateAccessKey", "iam:DeleteAccessKey"), 40, 200, user=REPORTING.name, key_id=old
    )
    colleague = COLLEAGUES[week % len(COLLEAGUES)]
    names = {"user": colleague, "user_id": scene.id_of("AIDA", PRODUCTION.id, f"user/{colleague}")}
    scene.run(caller, HOME, ("iam:CreateUser", "iam:AttachUserPolicy", "iam:CreateLoginProfile"), 3, 20,
              policy="arn:aws:iam::aws:policy/job-function/ViewOnlyAccess", **names)


def unlock_bucket(scene: Scene, person: Person) -> None:
    """Remove a bucket policy that locked everybody out, with a short root session."""
    caller = replace(portal(scene, person, MANAGEMENT, "AdministratorAccess", console=False), agent=CLI)
    member = assume_root(scene, caller, DEVELOPMENT.id, "S3UnlockBucketPolicy", HOME)
    scene.run(
        member,
        HOME,
        ("s3:GetBucketPolicy", "s3:DeleteBucketPolicy"),
        20,
        60,
        bucket="nordwind-development-locked",
    )


def break_glass(scene: Scene, address: str) -> None:
    """Test the sealed root credentials, as the runbook asks once a quarter."""
    caller = root_login(scene, MANAGEMENT.id, address, CHROME)
    scene.run(
        caller,
        HOME,
        (
            "iam:GetAccountSummary",
            "iam:ListMFADevices",
            "organizations:DescribeOrganization",
            "account:ListRegions",
        ),
        4,
        30,
        user="root",
    )


def audit_round(scene: Scene, person: Person) -> None:
    """Check every account from the security account, with a source identity on each hop."""
    caller = replace(portal(scene, person, ARCHIVE, "SecurityAudit", console=False), agent=CLI)
    for account in AUDITED:
        role = Role(account.id, "SecurityAuditor", "/security/")
        auditor = assume_role(scene, caller, role, "weekly-audit", HOME, source_identity=person.login)
        scene.run(auditor, HOME, _AUDIT, 1, 4, user="svc-reporting",
                  key_id=scene.reporting_key())
        if scene.dice.chance(0.4):
            scene.call(auditor, "kms:DescribeKey", HOME, denied="*")
        scene.wait(60, 300)
    scene.call(caller, "s3:ListObjects", HOME, bucket=AUDIT, prefix="audit/")
