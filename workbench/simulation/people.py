"""What people do on a working day: in the portal, in the console, at the command line."""

from dataclasses import replace

from workbench.simulation.clock import HOUR
from workbench.simulation.console import console_login, failed_login, portal, root_login, switch_role
from workbench.simulation.credentials import (
    assume_role,
    assume_root,
    federation_token,
    forwarded,
    session_token,
    with_saml,
    with_user_key,
)
from workbench.simulation.identities import Caller, Origin
from workbench.simulation.organization import (
    ARCHIVE,
    AUDIT,
    BOTO,
    CHROME,
    CLI,
    DEVELOPMENT,
    EUROPE,
    EXPORTS,
    HANA,
    HOME,
    INES,
    LAKE,
    MANAGEMENT,
    PRODUCTION,
    REPORTING,
    SAFARI,
    TOMAS,
    TOMAS_HOME,
    UPLOADER,
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
            key_id=scene.long_term_key(REPORTING.account, REPORTING.arn),
        )
        scene.wait(1, 14)
    if permission_set in REFUSED and scene.dice.chance(0.35):
        api, resource = scene.dice.pick(REFUSED[permission_set])
        scene.call(caller, api, region, denied=resource)


def shell_on_instance(scene: Scene, person: Person) -> None:
    """Open a shell on a production instance, as the platform team does every other day."""
    caller = replace(portal(scene, person, PRODUCTION, "PlatformEngineer", console=False), agent=CLI)
    session = f"{person.mail}-{scene.dice.hexadecimal(17)}"
    target = instance_id(PRODUCTION.id, scene.dice.between(1, 2))
    scene.run(caller, EUROPE, ("ssm:DescribeInstanceInformation", "ssm:StartSession"), instance=target,
              ssm_session=session)
    scene.wait(300, 1500)
    scene.call(caller, "ssm:TerminateSession", EUROPE, ssm_session=session)


def key_rotation(scene: Scene, person: Person) -> None:
    """Rotate the key of a service user and set up a new colleague: an administrator's ordinary work."""
    caller = portal(scene, person, PRODUCTION, "AdministratorAccess", console=True)
    old = scene.long_term_key(REPORTING.account, REPORTING.arn, 0)
    new = scene.long_term_key(REPORTING.account, REPORTING.arn, 1)
    scene.run(caller, HOME, ("iam:ListAccessKeys",), user=REPORTING.name)
    scene.run(caller, HOME, ("iam:CreateAccessKey",), user=REPORTING.name, key_id=new)
    scene.wait(120, 400)
    scene.run(
        caller, HOME, ("iam:UpdateAccessKey", "iam:DeleteAccessKey"), 40, 200, user=REPORTING.name, key_id=old
    )
    colleague = "lena.voss"
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


def developer_keys(scene: Scene) -> None:
    """Work with an IAM user's key from home; on some days with an MFA session."""
    caller = with_user_key(scene, TOMAS, TOMAS_HOME, CLI)
    if scene.dice.chance(0.5):
        caller = session_token(scene, caller, TOMAS, EUROPE, f"arn:aws:iam::{TOMAS.account}:mfa/{TOMAS.name}")
    for _ in range(scene.dice.between(1, 2)):
        look_around(scene, caller, EUROPE, "Developer")
        scene.wait(HOUR // 2, 2 * HOUR)


def developer_console(scene: Scene) -> None:
    """Sign in as an IAM user without MFA, sometimes after a mistyped password or name."""
    for _ in range(scene.dice.below(3)):
        failed_login(scene, TOMAS, TOMAS_HOME, FIREFOX_AT_HOME, unknown=scene.dice.chance(0.25))
    caller = console_login(scene, TOMAS, TOMAS_HOME, FIREFOX_AT_HOME, mfa=False)
    look_around(scene, caller, EUROPE, "Developer")


FIREFOX_AT_HOME = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:147.0) Gecko/20100101 Firefox/147.0"


def operations_shift(scene: Scene) -> None:
    """Sign in as an IAM user in the management account and switch to production in the console."""
    if scene.dice.chance(0.3):
        failed_login(scene, HANA, "198.51.100.24", SAFARI)
    caller = console_login(scene, HANA, "198.51.100.24", SAFARI, mfa=True)
    scene.run(caller, HOME, ("account:ListRegions", "ce:GetCostAndUsage"), 3, 20)
    operator = switch_role(scene, caller, Role(PRODUCTION.id, "OperationsRole"), HANA.name)
    look_around(scene, operator, EUROPE, "PlatformEngineer")
    scene.wait(HOUR // 2, HOUR)
    look_around(scene, operator, EUROPE, "PlatformEngineer")


def audit_round(scene: Scene, person: Person) -> None:
    """Check every account from the security account, with a source identity on each hop."""
    caller = replace(portal(scene, person, ARCHIVE, "SecurityAudit", console=False), agent=CLI)
    for account in AUDITED:
        role = Role(account.id, "SecurityAuditor", "/security/")
        auditor = assume_role(scene, caller, role, "weekly-audit", HOME, source_identity=person.login)
        scene.run(auditor, HOME, _AUDIT, 1, 4, user="svc-reporting",
                  key_id=scene.long_term_key(REPORTING.account, REPORTING.arn))
        if scene.dice.chance(0.4):
            scene.call(auditor, "kms:DescribeKey", HOME, denied="*")
        scene.wait(60, 300)
    scene.call(caller, "s3:ListObjects", HOME, bucket=AUDIT, prefix="audit/")


def analyst(scene: Scene) -> None:
    """Query the lake through the company's own SAML identity provider; Athena reads for the analyst."""
    role = Role(PRODUCTION.id, "DataAnalyst", "/federated/")
    caller = with_saml(
        scene,
        role,
        INES.mail,
        HOME,
        f"arn:aws:iam::{PRODUCTION.id}:saml-provider/NordwindADFS",
        "http://adfs.nordwind.example/adfs/services/trust",
        "tQ0vN1sZb4yFhWkE8mXcRu7Jd2g=",
        origin=Origin(INES.mail, "saml_user", f"tQ0vN1sZb4yFhWkE8mXcRu7Jd2g=:{INES.mail}"),
        address=INES.address,
        agent=CHROME,
        user_agent=BOTO,
        seconds=4 * HOUR,
    )
    for _ in range(scene.dice.between(1, 3)):
        query, token, table = (
            scene.dice.uuid(),
            scene.dice.uuid(),
            scene.dice.pick(("orders", "trips", "claims")),
        )
        scene.call(caller, "athena:StartQueryExecution", EUROPE, query=query, token=token)
        by_athena = forwarded(scene, caller, "athena.amazonaws.com")
        scene.call(by_athena, "glue:GetTable", EUROPE, table=table)
        for part in range(scene.dice.between(2, 4)):
            scene.call(by_athena, "s3:GetObject", EUROPE, bucket=LAKE, key=f"{table}/part-{part:04d}.parquet",
                       transferred=(0, scene.dice.between(20_000, 900_000)))
            scene.wait(1)
        scene.run(caller, EUROPE, ("athena:GetQueryExecution", "athena:GetQueryResults"), 1, 4, query=query)
        scene.wait(60, 900)


def monthly_export(scene: Scene) -> None:
    """Let the reporting user fetch the week's customer exports: twelve objects, from the office."""
    caller = with_user_key(scene, REPORTING, "198.51.100.24", BOTO)
    scene.call(caller, "s3:ListObjects", EUROPE, bucket=EXPORTS, prefix="weekly/")
    for part in range(12):
        scene.call(caller, "s3:GetObject", EUROPE, bucket=EXPORTS, key=f"weekly/customers-{part:02d}.csv.gz",
                   transferred=(0, scene.dice.between(100_000, 900_000)))
        scene.wait(1, 3)


def build_dashboard(scene: Scene) -> None:
    """Open a federated session for the build dashboard."""
    caller = with_user_key(scene, UPLOADER, "198.51.100.77", BOTO)
    board = federation_token(scene, caller, UPLOADER, "build-dashboard", EUROPE)
    scene.run(board, EUROPE, ("s3:ListBuckets", "ecr:DescribeRepositories"))
