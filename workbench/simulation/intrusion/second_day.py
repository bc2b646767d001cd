"""The second day of the intrusion: exports, secrets, machines in a new region, clean-up."""

from workbench.simulation.acts.changes import policy, run_instances, terminate_instances
from workbench.simulation.acts.credentials import assume_role, forwarded, with_user_key
from workbench.simulation.acts.pipelines import CI_BUILD, DEPLOY
from workbench.simulation.clock import HOUR, MINUTE
from workbench.simulation.identities import Caller, Json, Origin
from workbench.simulation.intrusion.intruder import (
    NOT_MANAGEMENT,
    OUTSIDER_ADDRESS,
    SATURDAY_ADDRESS,
    SCRIPT,
    STEPS,
    SUPPORT,
    SUPPORT_TRUST,
    TOOL,
)
from workbench.simulation.organization import (
    EUROPE,
    EXPORTS,
    HOME,
    OUTSIDER,
    PRODUCTION,
    REPORTING,
    SECRETS,
    STOLEN_KEY,
    UNUSED,
    UPLOADER,
    User,
    secret_arn,
)
from workbench.simulation.scene import Scene

_SECRETS_MANAGER = "secretsmanager.amazonaws.com"


def take(scene: Scene) -> None:
    """Fetch the customer exports with the new key, and the secrets from the outside account."""
    reporting = with_user_key(scene, REPORTING, SATURDAY_ADDRESS, SCRIPT, STOLEN_KEY)
    scene.step(STEPS["exports"], reporting)
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
    stranger = outsider(scene)
    scene.step(STEPS["secrets"], stranger)
    helper = assume_role(scene, stranger, SUPPORT, "support", EUROPE, outside=True, agent=SCRIPT)
    scene.call(helper, "secretsmanager:ListSecrets", EUROPE)
    for name in SECRETS:
        scene.wait(2, 7)
        arn = secret_arn(PRODUCTION.id, name)
        if name.startswith("prod/vpn"):
            scene.call(helper, "secretsmanager:GetSecretValue", EUROPE, denied=arn)
            continue
        scene.call(helper, "secretsmanager:GetSecretValue", EUROPE, secret=arn)
        scene.call(forwarded(scene, helper, _SECRETS_MANAGER), "kms:Decrypt/secret", EUROPE, secret=arn)
    scene.wait(20 * MINUTE)


def outsider(scene: Scene) -> Caller:
    """Return the caller from the account that the trust policy was opened to."""
    user_id = scene.id_of("AIDA", OUTSIDER, "ops")
    identity: Json = {"type": "AWSAccount", "principalId": user_id, "accountId": OUTSIDER}
    origin = Origin(User(OUTSIDER, "ops").arn, "iam_user", user_id)
    return Caller(
        identity, OUTSIDER, OUTSIDER_ADDRESS, SCRIPT, origin, unprovable="ACCOUNT_NOT_COLLECTED"
    )


def use_new_region(scene: Scene) -> None:
    """Come back through the chain, start machines where nobody looks, and clean up."""
    leaked = with_user_key(scene, UPLOADER, SATURDAY_ADDRESS, TOOL)
    scene.step(STEPS["machines"], leaked)
    builder = assume_role(scene, leaked, CI_BUILD, "artifact-upload", EUROPE)
    deployer = assume_role(scene, builder, DEPLOY, "GitHubActions", EUROPE)
    instances = _run_instances(scene, deployer)
    scene.wait(2 * HOUR)
    deployer = assume_role(scene, assume_role(scene, leaked, CI_BUILD, "artifact-upload", EUROPE), DEPLOY,
                           "GitHubActions", EUROPE)
    scene.step(STEPS["again"], deployer)
    scene.call(deployer, "cloudtrail:StopLogging", UNUSED, error=NOT_MANAGEMENT)
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
    scene.call(deployer, "ec2:RunInstances", UNUSED, error=limit, instance_type="p4d.24xlarge", count=4,
               key_pair=_KEY_PAIR["key_pair"], token=scene.dice.uuid())
    scene.wait(30, 60)
    found = run_instances(scene, deployer, UNUSED, instance_type="c7i.24xlarge", count=2,
                          key_pair=_KEY_PAIR["key_pair"])
    scene.wait(60, 90)
    scene.call(deployer, "ec2:DescribeInstances", UNUSED)
    return found


def _clean_up(scene: Scene, deployer: Caller, instances: list[str]) -> None:
    scene.step(STEPS["cleaned"], deployer)
    terminate_instances(scene, deployer, UNUSED, instances)
    scene.run(deployer, UNUSED, ("ec2:DeleteKeyPair",), 5, 15, **_KEY_PAIR)
    scene.run(
        deployer,
        HOME,
        ("iam:UpdateAssumeRolePolicy",),
        10,
        30,
        role=SUPPORT.name,
        document=policy(SUPPORT_TRUST),
    )
    key = scene.long_term_key(REPORTING.account, REPORTING.arn, STOLEN_KEY)
    scene.run(deployer, HOME, ("iam:DeleteAccessKey",), user=REPORTING.name, key_id=key)
