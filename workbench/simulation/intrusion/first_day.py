"""The planted intrusion: a leaked key of the old build server, two days, three accounts."""

from workbench.simulation.acts.changes import policy
from workbench.simulation.acts.console import pivot, switch_role
from workbench.simulation.acts.credentials import assume_role, with_user_key
from workbench.simulation.acts.pipelines import ARCHIVER, CI_BUILD, DEPLOY
from workbench.simulation.clock import HOUR, MINUTE
from workbench.simulation.identities import Caller
from workbench.simulation.intrusion.intruder import (
    BROWSER,
    FRIDAY_ADDRESS,
    NOT_MANAGEMENT,
    OPENED,
    STEPS,
    SUPPORT,
    SUPPORT_TRUST,
    TOOL,
    refused_role,
)
from workbench.simulation.intrusion.second_day import take, use_new_region
from workbench.simulation.organization import (
    ARTIFACTS,
    AUDIT,
    DEVELOPMENT,
    EUROPE,
    HOME,
    LOG_BUCKET,
    REPORTING,
    STOLEN_KEY,
    UPLOADER,
    Role,
)
from workbench.simulation.scene import Scene

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
_NAMED = {"iam:ListUsers": "arn:aws:iam::{account}:user/", "iam:ListRoles": "arn:aws:iam::{account}:role/"}
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
    take(scene)
    use_new_region(scene)


def _get_in(scene: Scene) -> Caller:
    leaked = with_user_key(scene, UPLOADER, FRIDAY_ADDRESS, TOOL)
    scene.step(STEPS["leaked"], leaked)
    scene.run(leaked, HOME, ("sts:GetCallerIdentity",), 20, 40)
    scene.step(STEPS["looked"], leaked)
    scene.run(leaked, EUROPE, _ALLOWED, 4, 12, user=UPLOADER.name)
    for api in _REFUSED:
        scene.call(leaked, api, EUROPE, denied=_NAMED.get(api, "*").format(account=DEVELOPMENT.id))
        scene.wait(6, 24)
    scene.step(STEPS["tried"], leaked)
    for name in ("Admin", "github-actions-build", "terraform-execution"):
        refused_role(scene, leaked, Role(DEVELOPMENT.id, name), EUROPE)
        scene.wait(9, 30)
    builder = assume_role(scene, leaked, CI_BUILD, "artifact-upload", EUROPE)
    scene.step(STEPS["found"], builder)
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
    scene.step(STEPS["crossed"], builder)
    deployer = assume_role(scene, builder, DEPLOY, "GitHubActions", EUROPE)
    scene.step(STEPS["mapped"], deployer)
    scene.run(deployer, EUROPE, _INSIDE, 5, 18)
    scene.call(deployer, "organizations:ListAccounts", HOME, denied="*")
    scene.wait(200, 400)
    return deployer


def _pivot(scene: Scene, deployer: Caller) -> Caller:
    scene.step(STEPS["turned"], deployer)
    console = pivot(scene, deployer, DEPLOY, BROWSER)
    scene.run(console, EUROPE, _PAGES, 4, 25, user=REPORTING.name, role=SUPPORT.name)
    scene.step(STEPS["switched"], console)
    archive = switch_role(scene, console, ARCHIVER, "GitHubActions")
    scene.run(archive, HOME, ("s3:ListBuckets", "s3:GetBucketPolicy"), 6, 20, bucket=LOG_BUCKET)
    scene.call(archive, "s3:ListObjects", HOME, bucket=AUDIT, prefix="")
    scene.wait(30, 90)
    scene.step(STEPS["refused"], archive)
    scene.run(archive, HOME, ("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus"), 5, 15)
    scene.call(archive, "cloudtrail:StopLogging", HOME, error=NOT_MANAGEMENT)
    scene.wait(10, 25)
    scene.call(archive, "cloudtrail:DeleteTrail", HOME, error=NOT_MANAGEMENT)
    scene.wait(10, 25)
    scene.call(
        archive, "s3:PutBucketLifecycle", HOME, bucket=LOG_BUCKET, denied=f'"arn:aws:s3:::{LOG_BUCKET}"'
    )
    scene.wait(100, 300)
    return console


def _stay(scene: Scene, console: Caller) -> None:
    scene.step(STEPS["key"], console)
    key = scene.long_term_key(REPORTING.account, REPORTING.arn, STOLEN_KEY)
    scene.run(console, HOME, ("iam:CreateAccessKey",), 15, 60, user=REPORTING.name, key_id=key)
    scene.step(STEPS["trust"], console)
    scene.run(console, HOME, ("iam:GetRole",), 10, 30, role=SUPPORT.name)
    scene.run(console, HOME, ("iam:UpdateAssumeRolePolicy",), 10, 40, role=SUPPORT.name,
              document=policy(SUPPORT_TRUST, OPENED))
    scene.step(STEPS["region"], console)
    scene.call(console, "account:EnableRegion", HOME)
    for _ in range(2):
        scene.wait(9 * MINUTE, 14 * MINUTE)
        scene.call(console, "account:GetRegionOptStatus", HOME)
