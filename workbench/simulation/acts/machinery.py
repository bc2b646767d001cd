"""What machines do by themselves: pipelines, instances, functions, backups, recorders, a partner."""

from dataclasses import replace

from workbench.simulation.acts.credentials import assume_role, linked_session, role_id, service_opens
from workbench.simulation.clock import HOUR, MINUTE
from workbench.simulation.identities import Caller, Json, Origin, Session, role_session, service
from workbench.simulation.organization import (
    ARCHIVE,
    AUDIT,
    BOTO,
    CONFIG_BUCKET,
    EUROPE,
    HOME,
    JAVA,
    LOG_BUCKET,
    NAT,
    ORDERS,
    PARTNER,
    PARTNER_ADDRESS,
    PARTNER_USER,
    PHONE,
    PRODUCTION,
    TRACKING,
    Role,
    instance_id,
    linked_role,
    vpc_endpoint,
)
from workbench.simulation.scene import Scene

PARTNER_ROLE = Role(PRODUCTION.id, "partner-telemetry-read")
EXTERNAL_ID = "lodestar-7f4e21"


def egress(account: str) -> str:
    """Return the public address of an account's applications."""
    return NAT.get(account) or f"198.51.100.{180 + int(account) % 60}"


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
    holder = service_opens(scene, "ec2.amazonaws.com", role, instance, EUROPE, seconds=6 * HOUR,
                           address=egress(account), agent=JAVA, delivery="2.0",
                           origin=Origin(instance, "instance", instance))
    return replace(holder, endpoint=(vpc_endpoint(account), f"10.20.{number}.15"))


def function_credentials(scene: Scene, account: str, function: str) -> Caller:
    """Deliver credentials to a Lambda function's environment."""
    role = Role(account, f"{function}-role", "/service-role/")
    arn = f"arn:aws:lambda:{EUROPE}:{account}:function:{function}"
    return service_opens(scene, "lambda.amazonaws.com", role, function, EUROPE, seconds=12 * HOUR,
                         address=egress(account), agent=BOTO, in_scope_of=arn)


def night_shift(scene: Scene) -> None:
    """Run the nightly reconciliation: a role opens itself again every hour; its result crosses accounts."""
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
    scene.call(caller, "s3:PutObject", HOME, bucket=AUDIT, key=f"ledger/{scene.dice.hexadecimal(8)}.json",
               owner=ARCHIVE.id, transferred=(scene.dice.between(2_000, 9_000), 0))


def partner_visit(scene: Scene) -> None:
    """Let the partner's collector in: its account is outside, so only the owner's copies are delivered."""
    user_id = scene.id_of("AIDA", PARTNER.id, PARTNER_USER.arn)
    collector = Caller(
        {"type": "AWSAccount", "principalId": user_id, "accountId": PARTNER.id},
        PARTNER.id,
        PARTNER_ADDRESS,
        BOTO,
        Origin(PARTNER_USER.arn, "iam_user", user_id),
        unprovable="ACCOUNT_NOT_COLLECTED",
    )
    caller = assume_role(
        scene, collector, PARTNER_ROLE, "lodestar-telemetry", EUROPE, external_id=EXTERNAL_ID, outside=True
    )
    scene.run(caller, EUROPE, ("monitoring:DescribeAlarms", "ec2:DescribeInstances"), 1, 4)


def mobile_visit(scene: Scene) -> None:
    """Let the app of a customer read a label, with credentials that Cognito hands out by itself.

    In Cognito's enhanced flow no issuance reaches the account's trail: nobody can say more than the
    identity pool.
    """
    role = Role(PRODUCTION.id, "tracking-app-guest", "/service-role/")
    customer = f"{EUROPE}:{scene.dice.uuid()}"
    key = scene.new_key(PRODUCTION.id)
    identity = role_session(role, role_id(scene, role), "CognitoIdentityCredentials", key, scene.now,
                            federated="cognito-identity.amazonaws.com")
    session = Session(
        role.session("CognitoIdentityCredentials"), role.arn, str(identity["principalId"]), PRODUCTION.id,
        scene.now, Origin(customer, "web_identity"), None, "key", key, [key], "FEDERATION_OUTSIDE",
    )
    scene.sessions.append(session)
    address = f"192.0.2.{scene.dice.between(100, 199)}"
    caller = Caller(identity, PRODUCTION.id, address, PHONE, session.origin, session)
    for _ in range(scene.dice.between(1, 3)):
        scene.wait(1, 9)
        scene.call(
            caller,
            "s3:GetObject",
            EUROPE,
            bucket=TRACKING,
            key=f"labels/{scene.dice.hexadecimal(6)}.pdf",
            transferred=(0, scene.dice.between(9_000, 60_000)),
        )


def crawler(scene: Scene) -> None:
    """Let a crawler try the tracking bucket without any credentials."""
    nobody: Json = {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}
    caller = Caller(
        nobody,
        PRODUCTION.id,
        f"192.0.2.{scene.dice.between(220, 240)}",
        "Mozilla/5.0 (compatible; bot)",
        Origin("anonymous", "anonymous"),
    )
    for key in ("robots.txt", "index.html"):
        scene.call(
            caller, "s3:GetObject", EUROPE, bucket=TRACKING, key=key, error=("AccessDenied", "Access Denied")
        )
        scene.wait(1, 3)
