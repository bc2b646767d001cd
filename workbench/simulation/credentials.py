"""How credentials are issued: STS in all its forms."""

from dataclasses import replace

from workbench.simulation.calls import Call
from workbench.simulation.clock import MINUTE, iso, spelled
from workbench.simulation.identities import (
    Caller,
    Json,
    Origin,
    Session,
    federated_user,
    iam_user,
    role_session,
    root,
    saml_user,
    service,
    web_identity_user,
    with_key,
)
from workbench.simulation.organization import Role, User
from workbench.simulation.scene import Scene, serving_region

ASSUME_ROLE = Call("sts", "AssumeRole", True)
ASSUME_ROOT = Call("sts", "AssumeRoot", True)
WITH_SAML = Call("sts", "AssumeRoleWithSAML", True)
WITH_WEB_IDENTITY = Call("sts", "AssumeRoleWithWebIdentity", True)
SESSION_TOKEN = Call("sts", "GetSessionToken", True)
FEDERATION_TOKEN = Call("sts", "GetFederationToken", True)

GITHUB = "token.actions.githubusercontent.com"
_TOKEN_BYTES = 24  # AWS's session tokens are some 600 bytes of noise, which would be half of the sample


def with_user_key(scene: Scene, user: User, address: str, agent: str, key_number: int = 1) -> Caller:
    """Return an IAM user who calls with a long-term access key."""
    user_id = scene.id_of("AIDA", user.account, user.arn)
    key = scene.long_term_key(user.account, user.arn, key_number)
    return Caller(iam_user(user, user_id, key), user.account, address, agent, origin_of(scene, user))


def origin_of(scene: Scene, user: User) -> Origin:
    """Return an IAM user as the origin of sessions."""
    return Origin(user.arn, "iam_user", scene.id_of("AIDA", user.account, user.arn))


def credentials(scene: Scene, key: str, seconds: int) -> Json:
    """Return the credentials of a response."""
    token = "IQoJb3JpZ2luX2VjE" + scene.dice.base64(_TOKEN_BYTES)
    return {"accessKeyId": key, "sessionToken": token, "expiration": spelled(scene.now + seconds)}


def assumed(scene: Scene, role: Role, name: str) -> Json:
    """Return the assumedRoleUser of a response."""
    return {"assumedRoleId": f"{_role_id(scene, role)}:{name}", "arn": role.session(name)}


def _role_id(scene: Scene, role: Role) -> str:
    return scene.id_of("AROA", role.account, role.arn)


def _body(
    scene: Scene, region: str, request: Json, response: Json | None, role: Role, **more: object
) -> Json:
    entry = {"accountId": role.account, "type": "AWS::IAM::Role", "ARN": role.arn}
    return {
        "request": request, "response": response, "resources": [entry], "host": f"sts.{region}.amazonaws.com",
        "more": serving_region(region), **more,
    }


def _inherited(caller: Caller) -> Json:
    """Return what a role session keeps of the session that opened it."""
    context = caller.identity.get("sessionContext", {})
    kept: Json = {"mfa": context.get("attributes", {}).get("mfaAuthenticated") == "true"}
    if context.get("sourceIdentity"):
        kept["source_identity"] = context["sourceIdentity"]
    return kept


def assume_role(
    scene: Scene, caller: Caller, role: Role, name: str, region: str, *, seconds: int = 3600,
    external_id: str | None = None, source_identity: str | None = None, address: str | None = None,
    agent: str | None = None, in_scope_of: str | None = None, delivery: str | None = None,
    outside: bool = False,
) -> Caller:
    """Open a role session and return its holder.

    Parameters
    ----------
    scene, caller, role, name, region
        Who opens a session of which name, at which regional endpoint.
    seconds
        How long the credentials are good for.
    external_id, source_identity
        Of the request.
    address, agent
        From where and with what the session is used, if not as its opener.
    in_scope_of, delivery
        See `role_session`.
    outside
        The caller's account is outside the organization: only the role owner's copy is delivered.
    """
    kept = _inherited(caller)
    if source_identity:
        kept["source_identity"] = source_identity
    key = scene.new_key(role.account)
    request: Json = {"roleArn": role.arn, "roleSessionName": name, "durationSeconds": seconds}
    if external_id:
        request["externalId"] = external_id
    response: Json = {
        "credentials": credentials(scene, key, seconds),
        "assumedRoleUser": assumed(scene, role, name),
    }
    if kept.get("source_identity"):
        request["sourceIdentity"] = response["sourceIdentity"] = kept["source_identity"]
    body = _body(scene, region, request, response, role, shared=caller.identity["type"] == "AWSService")
    maker = replace(caller, account=role.account) if outside else caller
    issuance = scene.record(maker, ASSUME_ROLE, region, {}, body, None if outside else role.account)
    identity = role_session(
        role, _role_id(scene, role), name, key, scene.now, in_scope_of=in_scope_of, delivery=delivery, **kept
    )
    holder = _opened(scene, caller, role, name, identity, key, issuance, address, agent)
    if holder.session is not None and outside:
        holder.session.unprovable = "ACCOUNT_NOT_COLLECTED"
    elif holder.session is not None and caller.session is not None:
        holder.session.unprovable = caller.session.unprovable
    return holder


def _opened(
    scene: Scene,
    caller: Caller,
    role: Role,
    name: str,
    identity: Json,
    key: str | None,
    issuance: str | None,
    address: str | None = None,
    agent: str | None = None,
    origin: Origin | None = None,
    link: str = "key",
) -> Caller:
    session = Session(
        session_arn=role.session(name), role_arn=role.arn, principal_id=str(identity["principalId"]),
        account=role.account, started=scene.now, origin=origin or caller.origin, issuer=caller.arn,
        issuance=issuance, link=link, issued_key=key, keys=[key] if key else [], name=name,
        intrusion=scene.intrusion,
    )
    scene.sessions.append(session)
    scene.wait(1, 3)
    return Caller(
        identity, role.account, address or caller.address, agent or caller.agent, session.origin, session
    )


def service_opens(
    scene: Scene, name: str, role: Role, session_name: str, region: str, *, seconds: int = 3600,
    address: str | None = None, agent: str | None = None, in_scope_of: str | None = None,
    delivery: str | None = None, origin: Origin | None = None,
) -> Caller:
    """Let an AWS service open a session of a service role; the holder is a function, a task, an instance."""
    aws = Caller(service(name), role.account, name, name, origin or Origin(name, "service"))
    return assume_role(
        scene, aws, role, session_name, region, seconds=seconds, address=address, agent=agent,
        in_scope_of=in_scope_of, delivery=delivery,
    )


def linked_session(scene: Scene, name: str, role: Role, session_name: str, region: str) -> Caller:
    """Let a service open its service-linked role: its calls show no access key, and `invokedBy`."""
    holder = service_opens(scene, name, role, session_name, region)
    identity = {key: value for key, value in holder.identity.items() if key != "accessKeyId"}
    holder.held.link, holder.held.keys = "principal", []
    return replace(holder, identity={**identity, "invokedBy": name}, address=name, agent=name)


def forwarded(scene: Scene, caller: Caller, by: str) -> Caller:
    """Return the caller as seen when a service passes the call on: the actor stays, the key is another."""
    identity = caller.identity
    if "sessionContext" not in identity:  # a long-term key: the service works with a session of its own
        attributes = {"attributes": {"creationDate": iso(scene.now), "mfaAuthenticated": "false"}}
        identity = {**identity, "sessionContext": attributes}
    key = scene.new_key(caller.account)
    return replace(
        caller, identity={**with_key(identity, key), "invokedBy": by}, address=by, agent=by, console=False
    )


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
    body = _body(scene, region, request, response, role)
    issuance = scene.record(runner, WITH_WEB_IDENTITY, region, {}, body)
    identity = role_session(
        role, _role_id(scene, role), name, key, scene.now, federated=_provider(role.account)
    )
    return _opened(scene, runner, role, name, identity, key, issuance)


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
    body = _body(scene, region, request, response, role)
    body["resources"].append({"accountId": role.account, "type": "AWS::IAM::SAMLProvider", "ARN": provider})
    subject = Caller(saml_user(qualifier, name), role.account, address, agent, origin)
    issuance = scene.record(subject, WITH_SAML, region, {}, body)
    used = key if same_key else scene.new_key(role.account)
    identity = role_session(role, _role_id(scene, role), name, used, scene.now, on_behalf_of=on_behalf_of)
    link = "key" if same_key else "principal"
    holder = _opened(scene, subject, role, name, identity, key, issuance, link=link, agent=user_agent)
    holder.held.keys = [used]
    return holder


def session_token(scene: Scene, caller: Caller, user: User, region: str, device: str) -> Caller:
    """Let an IAM user exchange the long-term key and an MFA code for a session of the same user."""
    key = scene.new_key(user.account)
    body = {
        "request": {
            "durationSeconds": 28800,
            "serialNumber": device,
            "tokenCode": "HIDDEN_DUE_TO_SECURITY_REASONS",
        },
        "response": {"credentials": credentials(scene, key, 28800)},
        "host": f"sts.{region}.amazonaws.com",
        "more": serving_region(region),
    }
    issuance = scene.record(caller, SESSION_TOKEN, region, {}, body)
    identity = iam_user(user, str(caller.identity["principalId"]), key, scene.now, mfa=True)
    return _token(scene, caller, identity, user.arn, key, issuance)


def federation_token(scene: Scene, caller: Caller, user: User, name: str, region: str) -> Caller:
    """Let an IAM user open a federated-user session."""
    key = scene.new_key(user.account)
    arn = f"arn:aws:sts::{user.account}:federated-user/{name}"
    body = {
        "request": {"name": name, "durationSeconds": 3600},
        "response": {
            "credentials": credentials(scene, key, 3600),
            "federatedUser": {"federatedUserId": f"{user.account}:{name}", "arn": arn}, "packedPolicySize": 6,
        },
        "host": f"sts.{region}.amazonaws.com", "more": serving_region(region),
    }
    issuance = scene.record(caller, FEDERATION_TOKEN, region, {}, body)
    identity = federated_user(user, str(caller.identity["principalId"]), name, key, scene.now)
    return _token(scene, caller, identity, arn, key, issuance)


def assume_root(scene: Scene, caller: Caller, account: str, task: str, region: str) -> Caller:
    """Open a short root session in a member account for one privileged task."""
    key = scene.new_key(account)
    body = {
        "request": {
            "targetPrincipal": account,
            "taskPolicyArn": {"arn": f"arn:aws:iam::aws:policy/root-task/{task}"},
            "durationSeconds": 15 * MINUTE,
        },
        "response": {"credentials": credentials(scene, key, 15 * MINUTE)},
        "host": f"sts.{region}.amazonaws.com",
        "more": serving_region(region),
    }
    issuance = scene.record(caller, ASSUME_ROOT, region, {}, body)
    identity = root(account, key, scene.now, mfa=False, assumed=True)
    holder = _token(scene, caller, identity, str(identity["arn"]), key, issuance)
    return replace(holder, account=account)


def _token(scene: Scene, caller: Caller, identity: Json, arn: str, key: str, issuance: str) -> Caller:
    session = Session(
        session_arn=arn, role_arn=None, principal_id=str(identity["principalId"]),
        account=str(identity["accountId"]), started=scene.now, origin=caller.origin, issuer=caller.arn,
        issuance=issuance, link="key", issued_key=key, keys=[key], intrusion=scene.intrusion,
    )
    scene.sessions.append(session)
    scene.wait(1, 3)
    return Caller(identity, session.account, caller.address, caller.agent, caller.origin, session)
