"""Pipelines: Terraform, deployments across three accounts, the old build server, the copy of secrets."""

from workbench.simulation.acts.credentials import assume_role, forwarded, service_opens, with_user_key
from workbench.simulation.acts.federation import web_identity
from workbench.simulation.acts.machinery import egress
from workbench.simulation.organization import (
    ARCHIVE,
    ARTIFACTS,
    AUDIT,
    BOTO,
    DEVELOPMENT,
    EUROPE,
    HOME,
    JENKINS,
    MANAGEMENT,
    PRODUCTION,
    RUNNER,
    RUNNERS,
    SECRETS,
    TERRAFORM,
    UPLOADER,
    Role,
    secret_arn,
)
from workbench.simulation.scene import Scene

BUILD = Role(DEVELOPMENT.id, "github-actions-build", "/ci/")
CI_BUILD = Role(DEVELOPMENT.id, "ci-build", "/ci/")
DEPLOY = Role(PRODUCTION.id, "app-deploy", "/ci/")
ARCHIVER = Role(ARCHIVE.id, "deploy-record-writer")
BASELINE = Role(MANAGEMENT.id, "github-org-baseline", "/ci/")

_REFRESH = (
    "ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups",
    "ec2:DescribeNetworkAcls", "ec2:DescribeInstances", "ec2:DescribeVolumes", "iam:GetRole",
    "iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:GetPolicy", "iam:GetPolicyVersion",
    "s3:GetBucketPolicy", "s3:GetBucketAcl", "s3:GetBucketEncryption", "s3:GetBucketVersioning",
    "s3:GetBucketTagging", "s3:GetBucketLogging", "s3:GetBucketPublicAccessBlock", "kms:DescribeKey",
    "kms:GetKeyRotationStatus", "lambda:GetFunction20150331v2", "logs:DescribeLogGroups",
)
_DEPLOYMENT = (
    "ecs:RegisterTaskDefinition", "ecs:UpdateService", "ecs:DescribeServices", "ecs:DescribeServices",
    "elasticloadbalancing:DescribeTargetHealth", "ecs:DescribeServices",
)


def terraform_refresh(scene: Scene, members: tuple[str, ...]) -> None:
    """Compare the whole organization with its code: GitHub, management account, then every member account."""
    caller = web_identity(
        scene,
        BASELINE,
        "org-baseline",
        HOME,
        "repo:nordwind/org-baseline:ref:refs/heads/main",
        scene.dice.pick(RUNNERS),
        TERRAFORM,
    )
    scene.run(caller, HOME, ("organizations:DescribeOrganization", "organizations:ListAccounts",
                             "organizations:ListPolicies", "cloudtrail:DescribeTrails"), 0, 2)
    for account in members:
        role = Role(account, "terraform-execution", "/baseline/")
        member = assume_role(scene, caller, role, "org-baseline", HOME)
        region = HOME if account == ARCHIVE.id else EUROPE
        scene.run(member, region, _REFRESH, 0, 1)
        if account == PRODUCTION.id:
            for name in SECRETS:
                scene.run(
                    member,
                    EUROPE,
                    ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"),
                    0,
                    1,
                    secret=secret_arn(account, name),
                )


def deployment(scene: Scene, repository: str) -> None:
    """Deploy from GitHub: a role in development opens one in production, and that one in log-archive."""
    runner = scene.dice.pick(RUNNERS)
    subject = f"repo:nordwind/{repository}:ref:refs/heads/main"
    builder = web_identity(scene, BUILD, "GitHubActions", EUROPE, subject, runner, RUNNER)
    scene.run(builder, EUROPE, ("sts:GetCallerIdentity", "ecr:DescribeRepositories"))
    revision = str(scene.dice.between(40, 90))
    scene.call(builder, "s3:PutObject", EUROPE, bucket=ARTIFACTS, key=f"{repository}/{revision}.zip",
               transferred=(scene.dice.between(50_000, 9_000_000), 0))
    scene.wait(40, 160)
    deployer = assume_role(scene, builder, DEPLOY, "GitHubActions", EUROPE)
    for name in SECRETS[:3]:
        scene.call(deployer, "secretsmanager:GetSecretValue", EUROPE, secret=secret_arn(PRODUCTION.id, name))
        scene.wait(0, 2)
    if repository == "orders-worker":
        scene.call(
            deployer,
            "lambda:UpdateFunctionCode20150331v2",
            EUROPE,
            bucket=ARTIFACTS,
            key=f"{repository}/{revision}.zip",
        )
    else:
        scene.run(deployer, EUROPE, _DEPLOYMENT, 4, 30, ecs_service=repository, revision=revision)
    writer = assume_role(scene, deployer, ARCHIVER, f"{repository}-{revision}", HOME)
    scene.call(writer, "s3:PutObject", HOME, bucket=AUDIT, key=f"deployments/{repository}/{revision}.json",
               transferred=(scene.dice.between(900, 3000), 0))


def legacy_build(scene: Scene) -> None:
    """Build at night as nobody has dared to change: an IAM user's key on the old build server."""
    caller = with_user_key(scene, UPLOADER, JENKINS, BOTO)
    scene.call(caller, "sts:GetCallerIdentity", EUROPE)
    builder = assume_role(scene, caller, CI_BUILD, "artifact-upload", EUROPE)
    scene.call(builder, "s3:ListObjects", EUROPE, bucket=ARTIFACTS, prefix="nightly/")
    for part in range(4):
        scene.call(builder, "s3:PutObject", EUROPE, bucket=ARTIFACTS, key=f"nightly/firmware-{part}.bin",
                   transferred=(scene.dice.between(400_000, 4_000_000), 0))
        scene.wait(1, 5)


def firmware_release(scene: Scene) -> None:
    """Release what the old build server built: its user opens two roles, one after the other.

    The path that the intruder takes on Friday is somebody's habit.
    """
    caller = with_user_key(scene, UPLOADER, JENKINS, BOTO)
    builder = assume_role(scene, caller, CI_BUILD, "artifact-upload", EUROPE)
    releaser = assume_role(scene, builder, DEPLOY, "firmware-release", EUROPE)
    scene.run(releaser, EUROPE, ("sts:GetCallerIdentity", "s3:ListBuckets", "ecs:DescribeServices"), 2, 9)
    scene.call(releaser, "lambda:UpdateFunctionCode20150331v2", EUROPE, function="firmware-catalog",
               bucket=ARTIFACTS, key="nightly/firmware-0.bin")


def config_sync(scene: Scene) -> None:
    """Copy every secret into the applications' configuration: twelve secrets in two minutes, each night."""
    role = Role(PRODUCTION.id, "config-sync-task", "/tasks/")
    task = scene.dice.hexadecimal(32)
    caller = service_opens(
        scene, "ecs-tasks.amazonaws.com", role, task, EUROPE, address=egress(PRODUCTION.id), agent=BOTO
    )
    scene.call(caller, "secretsmanager:ListSecrets", EUROPE)
    for name in SECRETS:
        scene.call(caller, "secretsmanager:GetSecretValue", EUROPE, secret=secret_arn(PRODUCTION.id, name))
        if scene.dice.chance(0.3):
            by_service = forwarded(scene, caller, "secretsmanager.amazonaws.com")
            scene.call(by_service, "kms:Decrypt/secret", EUROPE, secret=secret_arn(PRODUCTION.id, name))
        scene.wait(2, 8)


def start_of_logging(scene: Scene) -> None:
    """Switch the organization trail on: by a pipeline whose sessions began before there was a trail.

    The pipeline's role opens itself once more: what CloudTrail then sees no longer names its provider.
    """
    began = scene.now - 40
    scene.now = began
    pipeline = web_identity(
        scene,
        BASELINE,
        "org-baseline",
        HOME,
        "repo:nordwind/org-baseline:ref:refs/heads/main",
        RUNNERS[3],
        TERRAFORM,
    )
    caller = assume_role(scene, pipeline, BASELINE, "org-baseline", HOME)
    scene.events.clear()  # nothing was recorded yet
    scene.deeds.clear()
    scene.sessions = [caller.held]
    caller.held.issuance, caller.held.unprovable = None, "BEFORE_COVERAGE"
    scene.now = began + 42
    scene.call(caller, "cloudtrail:StartLogging", HOME)
    scene.wait(2)
    scene.run(caller, HOME, ("cloudtrail:GetTrailStatus", "cloudtrail:DescribeTrails"), 1, 3)
