"""Accounts of other partitions, and web identity tokens that go from one partition to another.

References
----------
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_cross_partition_auditing.html
"""

from dataclasses import replace

from workbench.simulation.acts.credentials import (
    assume_role,
    assumed,
    credentials,
    opened,
    role_id,
    service_opens,
    sts_body,
    token_body,
)
from workbench.simulation.acts.federation import WITH_WEB_IDENTITY
from workbench.simulation.apis.calls import Call
from workbench.simulation.clock import MINUTE, spelled
from workbench.simulation.dice import Dice
from workbench.simulation.identities import Caller, role_session, web_identity_user
from workbench.simulation.organization import (
    CHINA,
    DEVELOPMENT,
    EUROPE,
    GOVCLOUD,
    PRODUCTION,
    Role,
    partition,
)
from workbench.simulation.scene import Scene
from workbench.simulation.situations.tools import GRANT, LARS, MEI, lost, unrecorded, user

BEIJING, FEDERAL = CHINA.regions[0], GOVCLOUD.regions[0]
_GET_TOKEN = Call("sts", "GetWebIdentityToken", True)
_UNKNOWN = "121212121212"  # in China, and of nobody whose trail is here


def before_the_trail(scene: Scene) -> None:
    """Begin the trail of the account in China while somebody works there."""
    role = Role(CHINA.id, "operations")
    with unrecorded(scene):
        holder = assume_role(scene, user(scene, MEI), role, "handover", BEIJING)
    lost(scene, holder, "BEFORE_COVERAGE")
    scene.wait(10 * MINUTE)
    scene.run(holder, BEIJING, ("ec2:DescribeInstances", "ec2:DescribeVpcs"), 10, 40)


def at_home(scene: Scene) -> None:
    """Work in both accounts by keys and roles of their own; a function of GovCloud does, too."""
    for who, region in ((MEI, BEIJING), (GRANT, FEDERAL)):
        caller = user(scene, who)
        scene.call(caller, "sts:GetCallerIdentity", region)
        holder = assume_role(scene, caller, Role(who.account, "operations"), "shift", region)
        scene.run(
            replace(holder, sure="certain"), region, ("ec2:DescribeInstances", "ec2:DescribeVpcs"), 5, 40
        )
    role = Role(GOVCLOUD.id, "manifest-reader", "/service-role/")
    function = service_opens(scene, "lambda.amazonaws.com", role, "manifest-reader", FEDERAL)
    scene.call(replace(function, sure="certain"), "ec2:DescribeInstances", FEDERAL)


def to_china(scene: Scene) -> None:
    """Take a token in development, through a role, and open a role in China with it."""
    bridge = assume_role(scene, user(scene, LARS), Role(DEVELOPMENT.id, "china-bridge"), "bridge", EUROPE)
    _across(scene, bridge, EUROPE, Role(CHINA.id, "label-importer"), BEIJING)


def from_govcloud(scene: Scene) -> None:
    """Take a token in GovCloud, as a user, and open a role in production with it."""
    _across(scene, user(scene, GRANT), FEDERAL, Role(PRODUCTION.id, "federal-reports"), EUROPE)


def to_govcloud_from_china(scene: Scene) -> None:
    """Take a token in China and open a role in GovCloud with it."""
    holder = assume_role(scene, user(scene, MEI), Role(CHINA.id, "operations"), "export", BEIJING)
    _across(scene, holder, BEIJING, Role(GOVCLOUD.id, "import-desk"), FEDERAL)


def from_nowhere(scene: Scene) -> None:
    """Open a role with a token that an account whose trail is not here was given: its subject is a role."""
    role = Role(_UNKNOWN, "exporter")
    source = replace(user(scene, MEI), unprovable="ACCOUNT_NOT_COLLECTED", sure="")
    token = scene.dice.uuid()
    subject = f"arn:aws-cn:iam::{_UNKNOWN}:role/{role.name}"
    _exchange(scene, source, (token, subject, BEIJING), Role(PRODUCTION.id, "federal-reports"), EUROPE)


def _across(scene: Scene, source: Caller, region: str, role: Role, there: str) -> None:
    """Take a token in one partition and use what it opens in another."""
    source = replace(source, sure="certain")
    token, audience = scene.dice.uuid(), f"urn:nordwind:{role.account}"
    asked = {"audience": [audience], "durationSeconds": 300, "signingAlgorithm": "ES384"}
    body = token_body(region, asked, {"webIdentityTokenId": token, "expiration": spelled(scene.now + 300)})
    scene.record(source, _GET_TOKEN, region, {}, body)
    scene.wait(2, 9)
    context = source.identity.get("sessionContext", {})
    subject = context.get("sessionIssuer", {}).get("arn") or source.arn
    _exchange(scene, source, (token, subject, region), role, there)


def _exchange(scene: Scene, source: Caller, token: tuple[str, str, str], role: Role, region: str) -> None:
    """Exchange a token (its id, subject, region) for a role session in another partition."""
    name, key = "across", scene.new_key(role.account)
    unique, subject, origin = token
    issuer = f"{Dice('issuer', subject).uuid()}.tokens.sts.global.api.aws"
    provider = f"arn:{partition(role.account)}:iam::{role.account}:oidc-provider/{issuer}"
    audience = f"urn:nordwind:{role.account}"
    asked = {
        "roleArn": role.arn,
        "roleSessionName": name,
        "durationSeconds": 3600,
        "webIdentityTokenId": unique,
    }
    answer = {
        "subjectFromWebIdentityToken": subject,
        "assumedRoleUser": assumed(scene, role, name),
        "audience": audience,
        "credentials": credentials(scene, key, 3600),
        "provider": provider,
    }
    body = sts_body(region, asked, answer, role)
    crossed = {"crossPartitionData": {"sourcePrincipalArn": subject, "sourceRegion": origin}}
    body = replace(body, more={**(body.more or {}), **crossed})
    runner = replace(
        source,
        identity=web_identity_user(provider, audience, subject),
        account=role.account,
        session=None,
        unprovable=source.why_not,
    )
    issuance = scene.record(runner, WITH_WEB_IDENTITY, region, {}, body)
    identity = role_session(role, role_id(scene, role), name, key, scene.now, federated=provider)
    holder = opened(scene, runner, role, name, identity, key, issuance)
    holder.held.unprovable = source.why_not
    scene.run(replace(holder, sure=source.sure), region, ("ec2:DescribeInstances", "ec2:DescribeVpcs"), 3, 30)
