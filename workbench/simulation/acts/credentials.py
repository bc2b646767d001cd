"""How credentials are issued: STS in all its forms."""

from dataclasses import replace

from workbench.simulation.apis.calls import Call, domain
from workbench.simulation.clock import iso, spelled
from workbench.simulation.identities import (
    Caller,
    Json,
    Origin,
    Session,
    iam_user,
    role_session,
    service,
    with_key,
)
from workbench.simulation.organization import Role, User
from workbench.simulation.records import Body, serving_region
from workbench.simulation.scene import Scene

ASSUME_ROLE = Call("sts", "AssumeRole", True)
_TOKEN_BYTES = 24  # AWS's session tokens are some 600 bytes of noise, which would be half of the sample


def with_user_key(scene: Scene, user: User, address: str, agent: str, key_number: int = 0) -> Caller:
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
    return {"assumedRoleId": f"{role_id(scene, role)}:{name}", "arn": role.session(name)}


def role_id(scene: Scene, role: Role) -> str:
    """Return a role's `AROA...` id."""
    return scene.id_of("AROA", role.account, role.arn)


def sts_body(
    region: str, request: Json, response: Json | None, role: Role, *, shared: bool = False
) -> Body:
    """Return the body of an STS event about a role."""
    entry = {"accountId": role.account, "type": "AWS::IAM::Role", "ARN": role.arn}
    return Body(
        request, response, (entry,), serving_region(region), host=f"sts.{region}.{domain(region)}",
        shared=shared,
    )


def token_body(region: str, request: Json | None, response: Json | None) -> Body:
    """Return the body of an STS event that names no role."""
    return Body(request, response, more=serving_region(region), host=f"sts.{region}.{domain(region)}")


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
    # A source identity stays through a whole chain: whoever comes later cannot change it.
    kept = caller.identity.get("sessionContext", {}).get("sourceIdentity") or source_identity
    key = scene.new_key(role.account)
    request: Json = {"roleArn": role.arn, "roleSessionName": name, "durationSeconds": seconds}
    if external_id:
        request["externalId"] = external_id
    response: Json = {
        "credentials": credentials(scene, key, seconds),
        "assumedRoleUser": assumed(scene, role, name),
    }
    if kept:
        request["sourceIdentity"] = response["sourceIdentity"] = kept
    body = sts_body(region, request, response, role, shared=caller.identity["type"] == "AWSService")
    maker = replace(caller, account=role.account) if outside else caller
    if caller.identity["type"] == "AWSService":  # the call is the service's; the session may be an instance's
        maker = replace(maker, origin=Origin(str(caller.identity["invokedBy"]), "service"))
    issuance = scene.record(maker, ASSUME_ROLE, region, {}, body, None if outside else role.account)
    identity = role_session(
        role, role_id(scene, role), name, key, scene.now, in_scope_of=in_scope_of, delivery=delivery,
        source_identity=kept,
    )
    holder = opened(scene, caller, role, name, identity, key, issuance, address, agent)
    holder.held.opener = caller.session
    if outside:
        holder.held.unprovable = "ACCOUNT_NOT_COLLECTED"
    elif caller.session is not None:
        holder.held.unprovable = caller.session.unprovable
    return holder


def begin(
    scene: Scene, identity: Json, origin: Origin, issuance: str, *, key: str | None = None,
    role: Role | None = None, link: str = "",
) -> Session:
    """Note for truth.json that a session begins now.

    Parameters
    ----------
    scene, identity, origin
        Where it begins, how its calls will look, and who stands behind them.
    issuance
        Id of the event that issued the credentials.
    key
        The issued access key; a console session has none to begin with.
    role
        The role, unless the session is a user's own.
    link
        How calls are tied to the issuance: by the `key`, or by `principal` and second.
    """
    session = Session(
        str(identity["arn"]),
        role.arn if role else None,
        str(identity["principalId"]),
        str(identity["accountId"]),
        scene.now,
        origin,
        issuance,
        link or ("key" if key else "principal"),
        key,
        [key] if key else [],
        intrusion=scene.intrusion,
    )
    scene.sessions.append(session)
    return session


def opened(
    scene: Scene, caller: Caller, role: Role, name: str, identity: Json, key: str, issuance: str,
    address: str | None = None, agent: str | None = None, link: str = "key",
) -> Caller:
    """Note a role session that was opened, and return its holder."""
    session = begin(scene, identity, caller.origin, issuance, key=key, role=role, link=link)
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
