"""What machines do by themselves: pipelines, instances, functions, backups, recorders, a partner."""

from workbench.simulation.clock import HOUR, MINUTE
from workbench.simulation.credentials import (
    assume_role,
    forwarded,
    linked_session,
    service_opens,
    web_identity,
    with_user_key,
)
from workbench.simulation.identities import Caller, Origin, service
from workbench.simulation.organization import (
    ARCHIVE,
    ARTIFACTS,
    AUDIT,
    BOTO,
    CONFIG_BUCKET,
    DEVELOPMENT,
    EUROPE,
    HOME,
    JAVA,
    JENKINS,
    LOG_BUCKET,
    MANAGEMENT,
    NAT,
    ORDERS,
    PARTNER,
    PARTNER_ADDRESS,
    PARTNER_USER,
    PRODUCTION,
    RUNNER,
    RUNNERS,
    SECRETS,
    TERRAFORM,
    UPLOADER,
    Role,
    instance_id,
    linked_role,
    secret_arn,
)
from workbench.simulation.scene import Scene

BUILD = Role(DEVELOPMENT.id, "github-actions-build", "/ci/")
CI_BUILD = Role(DEVELOPMENT.id, "ci-build", "/ci/")
DEPLOY = Role(PRODUCTION.id, "app-deploy", "/ci/")
ARCHIVER = Role(ARCHIVE.id, "deploy-record-writer")
BASELINE = Role(MANAGEMENT.id, "github-org-baseline", "/ci/")
PARTNER_ROLE = Role(PRODUCTION.id, "partner-telemetry-read")
EXTERNAL_ID = "lodestar-7f4e21"

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


def egress(account: str) -> str:
    """Return the public address of an account's applications."""
    return NAT.get(account) or f"198.51.100.{180 + int(account) % 60}"


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
        by_service = forwarded(scene, caller, "secretsmanager.amazonaws.com")
        if scene.dice.chance(0.3):
            scene.call(by_service, "kms:Decrypt", EUROPE, bucket=ORDERS)
        scene.wait(2, 8)


def backup(scene: Scene, account: str) -> None:
    """Take the nightly snapshots and drop the oldest."""
    role = Role(account, "AWSBackupDefaultServiceRole", "/service-role/")
    caller = service_opens(scene, "backup.amazonaws.com", role, f"AWSBackup-{role.name}", EUROPE,
                           address="backup.amazonaws.com", agent="backup.amazonaws.com")
    for _ in range(4):
        scene.run(caller, EUROPE, ("ec2:CreateSnapshot", "ec2:DescribeSnapshots"), 1, 4,
                  volume="vol-0" + scene.dice.hexadecimal(16), snapshot="snap-0" + scene.dice.hexadecimal(16))
    scene.call(caller, "ec2:DeleteSnapshot", EUROPE, snapshot="snap-0" + scene.dice.hexadecimal(16))


def recorder(scene: Scene, account: str) -> None:
    """Let AWS Config look at everything, through its service-linked role."""
    role = linked_role(account, "config", "Config")
    caller = linked_session(scene, "config.amazonaws.com", role, "AWSConfig-Describe", EUROPE)
    scene.run(caller, EUROPE, ("ec2:DescribeInstances", "ec2:DescribeVolumes", "ec2:DescribeSecurityGroups",
                               "ec2:DescribeVpcs", "s3:ListBuckets", "kms:ListAliases"), 0, 2)


def scaling(scene: Scene, account: str) -> None:
    """Let EC2 Auto Scaling check its instances, through its service-linked role."""
    role = linked_role(account, "autoscaling", "AutoScaling")
    caller = linked_session(scene, "autoscaling.amazonaws.com", role, "AutoScaling", EUROPE)
    scene.run(
        caller, EUROPE, ("ec2:DescribeInstanceStatus", "elasticloadbalancing:DescribeTargetHealth"), 0, 1
    )


def log_delivery(scene: Scene) -> None:
    """Let CloudTrail and Config check and fill their buckets: AWS services that act for themselves."""
    for name, bucket in (("cloudtrail.amazonaws.com", LOG_BUCKET), ("config.amazonaws.com", CONFIG_BUCKET)):
        caller = Caller(service(name), ARCHIVE.id, name, name, Origin(name, "service"))
        scene.call(caller, "s3:GetBucketAcl", HOME, bucket=bucket, owner=ARCHIVE.id)
        scene.wait(1, 20)


def instance_credentials(scene: Scene, account: str, number: int) -> Caller:
    """Deliver fresh role credentials to an instance; they are good for six hours."""
    instance = instance_id(account, number)
    role = Role(account, "orders-api-instance")
    return service_opens(scene, "ec2.amazonaws.com", role, instance, EUROPE, seconds=6 * HOUR,
                         address=egress(account), agent=JAVA, delivery="2.0",
                         origin=Origin(instance, "instance", instance))


def function_credentials(scene: Scene, account: str, function: str) -> Caller:
    """Deliver credentials to a Lambda function's environment."""
    role = Role(account, f"{function}-role", "/service-role/")
    arn = f"arn:aws:lambda:{EUROPE}:{account}:function:{function}"
    return service_opens(scene, "lambda.amazonaws.com", role, function, EUROPE, seconds=12 * HOUR,
                         address=egress(account), agent=BOTO, in_scope_of=arn)


def night_shift(scene: Scene) -> None:
    """Run the nightly reconciliation: a role that opens itself again every hour, eight times."""
    instance = instance_id(PRODUCTION.id, 9)
    worker = Role(PRODUCTION.id, "reconciliation")
    caller = service_opens(
        scene,
        "ec2.amazonaws.com",
        Role(PRODUCTION.id, "batch-instance"),
        instance,
        EUROPE,
        seconds=6 * HOUR,
        address=egress(PRODUCTION.id),
        agent=BOTO,
        delivery="2.0",
        origin=Origin(instance, "instance", instance),
    )
    for turn in range(5):
        caller = assume_role(scene, caller, worker, "reconciliation", EUROPE)
        for part in range(3):
            scene.call(caller, "s3:GetObject", EUROPE, bucket=ORDERS, key=f"ledger/{turn}-{part}.json",
                       transferred=(0, scene.dice.between(2_000, 90_000)))
            scene.wait(1, 9)
        scene.wait(50 * MINUTE, 55 * MINUTE)


def partner_visit(scene: Scene) -> None:
    """Let the partner's collector in: its account is outside, so only the owner's copies are delivered."""
    user_id = scene.id_of("AIDA", PARTNER.id, PARTNER_USER.arn)
    collector = Caller(
        {"type": "AWSAccount", "principalId": user_id, "accountId": PARTNER.id},
        PARTNER.id,
        PARTNER_ADDRESS,
        BOTO,
        Origin(PARTNER_USER.arn, "iam_user", user_id),
    )
    caller = assume_role(
        scene, collector, PARTNER_ROLE, "lodestar-telemetry", EUROPE, external_id=EXTERNAL_ID, outside=True
    )
    scene.run(caller, EUROPE, ("monitoring:DescribeAlarms", "ec2:DescribeInstances"), 1, 4)


def start_of_logging(scene: Scene) -> None:
    """Switch the organization trail on: by a pipeline whose own session began before there was a trail."""
    began = scene.now - 40
    scene.now = began
    caller = web_identity(
        scene,
        BASELINE,
        "org-baseline",
        HOME,
        "repo:nordwind/org-baseline:ref:refs/heads/main",
        RUNNERS[3],
        TERRAFORM,
    )
    scene.events.clear()  # nothing was recorded yet
    caller.held.issuance, caller.held.unprovable = None, "BEFORE_COVERAGE"
    scene.now = began + 42
    scene.call(caller, "cloudtrail:StartLogging", HOME)
    scene.wait(2)
    scene.run(caller, HOME, ("cloudtrail:GetTrailStatus", "cloudtrail:DescribeTrails"), 1, 3)
