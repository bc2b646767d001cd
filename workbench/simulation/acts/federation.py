"""Credentials from elsewhere: OIDC, SAML, tokens of a user's own, and short root sessions."""

from dataclasses import replace

from workbench.simulation.acts.credentials import (
    assumed,
    begin,
    credentials,
    opened,
    role_id,
    sts_body,
    token_body,
)
from workbench.simulation.apis.calls import Call
from workbench.simulation.clock import MINUTE
from workbench.simulation.identities import (
    Caller,
    Json,
    Origin,
    federated_user,
    iam_user,
    role_session,
    root,
    saml_user,
    web_identity_user,
)
from workbench.simulation.organization import Role, User
from workbench.simulation.scene import Scene

ASSUME_ROOT = Call("sts", "AssumeRoot", True)
WITH_SAML = Call("sts", "AssumeRoleWithSAML", True)
WITH_WEB_IDENTITY = Call("sts", "AssumeRoleWithWebIdentity", True)
SESSION_TOKEN = Call("sts", "GetSessionToken", True)
FEDERATION_TOKEN = Call("sts", "GetFederationToken", True)

GITHUB = "token.actions.githubusercontent.com"


def web_identity(
    scene: Scene, role: Role, name: str, region: str, subject: str, address: str, agent: str
) -> Caller:
    """Exchange a GitHub OIDC token for a role session."""
    audience = "sts.amazonaws.com"
    key = scene.new_key(role.account)
    request = {"roleArn": role.arn, "roleSessionName": name, "durationSeconds": 3600}
    response = {
        "subjectFromWebIdentityToken": subject,
        "assumedRoleUser": assumed(scene, role, name),
        "audience": audience,
        "credentials": credentials(scene, key, 3600),
        "provider": _provider(role.account),
    }
    origin = Origin(subject, "web_identity", f"{_provider(role.account)}:{audience}:{subject}")
    runner = Caller(
        web_identity_user(_provider(role.account), audience, subject), role.account, address, agent, origin
    )
    body = sts_body(region, request, response, role)
    issuance = scene.record(runner, WITH_WEB_IDENTITY, region, {}, body)
    identity = role_session(
        role, role_id(scene, role), name, key, scene.now, federated=_provider(role.account)
    )
    return opened(scene, runner, role, name, identity, key, issuance)


def _provider(account: str) -> str:
    return f"arn:aws:iam::{account}:oidc-provider/{GITHUB}"


def with_saml(
    scene: Scene, role: Role, name: str, region: str, provider: str, issuer: str, qualifier: str, *,
    origin: Origin, address: str, agent: str, user_agent: str, seconds: int = 3600,
    on_behalf_of: str | None = None, same_key: bool = True,
) -> Caller:
    """Exchange a SAML assertion for a role session.

    Parameters
    ----------
    scene, role, name, region
        The session that is opened.
    provider, issuer, qualifier
        ARN of the SAML provider, its issuer, and the name qualifier that goes before the subject.
    origin
        Who it is in truth.
    address, agent
        From where the exchange is called: the person's browser, or Identity Center's own machines.
    user_agent
        What the person then works with.
    on_behalf_of
        Id of the Identity Center user.
    same_key
        Whether the issued key is the one that is used later; Identity Center hands out another one.
    """
    key = scene.new_key(role.account)
    request = {
        "sAMLAssertionID": f"_{scene.dice.uuid()}", "roleSessionName": name, "roleArn": role.arn,
        "principalArn": provider, "durationSeconds": seconds,
    }
    response = {
        "subjectType": "persistent", "issuer": issuer, "credentials": credentials(scene, key, seconds),
        "nameQualifier": qualifier, "assumedRoleUser": assumed(scene, role, name), "subject": name,
        "audience": "https://signin.aws.amazon.com/saml",
    }
    body = sts_body(region, request, response, role)
    saml: Json = {"accountId": role.account, "type": "AWS::IAM::SAMLProvider", "ARN": provider}
    body = replace(body, resources=(*body.resources, saml))
    subject = Caller(saml_user(qualifier, name), role.account, address, agent, origin)
    asserted = replace(subject, origin=Origin(name, "saml_user", f"{qualifier}:{name}"))
    issuance = scene.record(asserted, WITH_SAML, region, {}, body)
    used = key if same_key else scene.new_key(role.account)
    identity = role_session(role, role_id(scene, role), name, used, scene.now, on_behalf_of=on_behalf_of)
    link = "key" if same_key else "principal"
    holder = opened(scene, subject, role, name, identity, key, issuance, link=link, agent=user_agent)
    holder.held.keys = [used]
    return holder


def session_token(scene: Scene, caller: Caller, user: User, region: str, device: str) -> Caller:
    """Let an IAM user exchange the long-term key and an MFA code for a session of the same user."""
    key = scene.new_key(user.account)
    asked = {"durationSeconds": 28800, "serialNumber": device, "tokenCode": "HIDDEN_DUE_TO_SECURITY_REASONS"}
    body = token_body(region, asked, {"credentials": credentials(scene, key, 28800)})
    issuance = scene.record(caller, SESSION_TOKEN, region, {}, body)
    identity = iam_user(user, str(caller.identity["principalId"]), key, scene.now, mfa=True)
    return _token(scene, caller, identity, key, issuance)


def federation_token(scene: Scene, caller: Caller, user: User, name: str, region: str) -> Caller:
    """Let an IAM user open a federated-user session."""
    key = scene.new_key(user.account)
    arn = f"arn:aws:sts::{user.account}:federated-user/{name}"
    body = token_body(region, {"name": name, "durationSeconds": 3600}, {
        "credentials": credentials(scene, key, 3600), "packedPolicySize": 6,
        "federatedUser": {"federatedUserId": f"{user.account}:{name}", "arn": arn},
    })
    issuance = scene.record(caller, FEDERATION_TOKEN, region, {}, body)
    identity = federated_user(user, str(caller.identity["principalId"]), name, key, scene.now)
    return _token(scene, caller, identity, key, issuance)


def assume_root(scene: Scene, caller: Caller, account: str, task: str, region: str) -> Caller:
    """Open a short root session in a member account for one privileged task."""
    key = scene.new_key(account)
    body = token_body(region, {
        "targetPrincipal": account, "taskPolicyArn": {"arn": f"arn:aws:iam::aws:policy/root-task/{task}"},
        "durationSeconds": 15 * MINUTE,
    }, {"credentials": credentials(scene, key, 15 * MINUTE)})
    issuance = scene.record(caller, ASSUME_ROOT, region, {}, body)
    identity = root(account, key, scene.now, mfa=False, assumed=True)
    return _token(scene, caller, identity, key, issuance)


def _token(scene: Scene, caller: Caller, identity: Json, key: str, issuance: str) -> Caller:
    session = begin(scene, identity, caller.origin, issuance, key=key)
    scene.wait(1, 3)
    return replace(caller, identity=identity, account=session.account, session=session)
