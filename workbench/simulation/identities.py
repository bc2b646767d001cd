"""The userIdentity element, exactly as AWS writes it for each kind of caller, and the caller behind it."""

from dataclasses import dataclass, field
from typing import Any

from workbench.simulation.clock import iso
from workbench.simulation.organization import IDENTITY_STORE, Role, User

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who really stands at the beginning of a chain of credentials."""

    principal: str
    kind: str
    id: str = ""


@dataclass(slots=True)
class Session:
    """One issued set of credentials (or one console session), for truth.json."""

    session_arn: str
    role_arn: str | None
    principal_id: str
    account: str
    started: int
    origin: Origin
    issuance: str | None
    link: str
    issued_key: str | None = None
    keys: list[str] = field(default_factory=list)
    unprovable: str | None = None
    intrusion: bool = False
    opener: "Session | None" = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who can make calls now: an identity, a place and a tool."""

    identity: Json
    account: str
    address: str
    agent: str
    origin: Origin
    session: Session | None = None
    console: bool = False
    endpoint: tuple[str, str] | None = None  # id of a VPC endpoint to S3, and the private address behind it
    unprovable: str | None = None  # why nobody can tell who this is; "": everybody can; None: as the session
    sure: str = ""  # how sure it can be told at best, where a situation is about that
    claims: str = ""  # who the caller says to be, where nobody checked

    @property
    def why_not(self) -> str | None:
        """Why the evidence does not prove who this is, if so."""
        if self.unprovable is None and self.session is not None:
            return self.session.unprovable
        return self.unprovable or None

    @property
    def arn(self) -> str:
        """The ARN in the identity (a service has none: its name)."""
        names = (self.identity.get(field) for field in ("arn", "invokedBy", "userName", "principalId"))
        return next(str(name) for name in names if name)

    @property
    def held(self) -> Session:
        """The session whose credentials are in hand; a long-term key has none."""
        if self.session is None:
            raise TypeError(f"{self.arn} calls with no session")
        return self.session

    @property
    def is_service(self) -> bool:
        """Whether AWS itself calls."""
        return self.identity["type"] == "AWSService" or "invokedBy" in self.identity


def iam_user(
    user: User, user_id: str, key: str | None, created: int | None = None, mfa: bool = False
) -> Json:
    """Return the identity of an IAM user; with `created` of a session of the user's own (R14, console)."""
    identity: Json = {"type": "IAMUser", "principalId": user_id, "arn": user.arn, "accountId": user.account}
    if key is not None:
        identity["accessKeyId"] = key
    identity["userName"] = user.name
    if created is not None:
        identity["sessionContext"] = {"attributes": _attributes(created, mfa)}
    return identity


def root(
    account: str, key: str | None, created: int | None, *, mfa: bool = True, assumed: bool = False
) -> Json:
    """Return the identity of an account's root user."""
    identity: Json = {
        "type": "Root", "principalId": account, "arn": f"arn:aws:iam::{account}:root", "accountId": account,
    }
    if key is not None:
        identity["accessKeyId"] = key
    if created is not None:
        context: Json = {"attributes": _attributes(created, mfa)}
        if assumed:
            context["assumedRoot"] = "true"
        identity["sessionContext"] = context
    return identity


def role_session(
    role: Role, role_id: str, name: str, key: str | None, created: int, *, mfa: bool = False,
    source_identity: str | None = None, federated: str | None = None, on_behalf_of: str | None = None,
    in_scope_of: str | None = None, delivery: str | None = None,
) -> Json:
    """Return the identity of a role session.

    Parameters
    ----------
    role, role_id, name
        The role, its `AROA...` id and the session's name.
    key
        The temporary access key, or None where AWS shows none (service-linked roles, sign-in events).
    created
        When the credentials were issued.
    mfa, source_identity
        What the session inherited from whoever opened it.
    federated
        ARN of the OIDC provider that vouched.
    on_behalf_of
        Id of the Identity Center user.
    in_scope_of
        ARN of the Lambda function that holds the credentials.
    delivery
        Version of the instance metadata service that handed them out.
    """
    identity: Json = {
        "type": "AssumedRole", "principalId": f"{role_id}:{name}", "arn": role.session(name),
        "accountId": role.account,
    }
    if key is not None:
        identity["accessKeyId"] = key
    context: Json = {
        "sessionIssuer": {
            "type": "Role",
            "principalId": role_id,
            "arn": role.arn,
            "accountId": role.account,
            "userName": role.name,
        }
    }
    if federated:
        context["webIdFederationData"] = {"federatedProvider": federated, "attributes": {}}
    context["attributes"] = _attributes(created, mfa)
    if source_identity:
        context["sourceIdentity"] = source_identity
    if delivery:
        context["ec2RoleDelivery"] = delivery
    identity["sessionContext"] = context
    if on_behalf_of:
        identity["onBehalfOf"] = directory_user(on_behalf_of)
    if in_scope_of:
        identity["inScopeOf"] = {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": in_scope_of}
    return identity


def directory_user(user_id: str) -> Json:
    """Return an onBehalfOf element."""
    return {"userId": user_id, "identityStoreArn": IDENTITY_STORE}


def identity_center_user(account: str, user_id: str, credential: str) -> Json:
    """Return the identity of a user of the access portal."""
    return {
        "type": "IdentityCenterUser", "accountId": account, "onBehalfOf": directory_user(user_id),
        "credentialId": credential,
    }


def saml_user(qualifier: str, subject: str) -> Json:
    """Return the identity of an AssumeRoleWithSAML caller."""
    return {
        "type": "SAMLUser", "principalId": f"{qualifier}:{subject}", "userName": subject,
        "identityProvider": qualifier,
    }


def web_identity_user(provider: str, audience: str, subject: str) -> Json:
    """Return the identity of an AssumeRoleWithWebIdentity caller."""
    return {
        "type": "WebIdentityUser", "principalId": f"{provider}:{audience}:{subject}", "userName": subject,
        "identityProvider": provider,
    }


def federated_user(user: User, user_id: str, name: str, key: str, created: int) -> Json:
    """Return the identity of a GetFederationToken session."""
    return {
        "type": "FederatedUser",
        "principalId": f"{user.account}:{name}",
        "arn": f"arn:aws:sts::{user.account}:federated-user/{name}",
        "accountId": user.account,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "IAMUser",
                "principalId": user_id,
                "arn": user.arn,
                "accountId": user.account,
                "userName": user.name,
            },
            "attributes": _attributes(created, False),
        },
    }


def service(name: str) -> Json:
    """Return the identity of an AWS service that calls for itself."""
    return {"type": "AWSService", "invokedBy": name}


def seen_by_owner(identity: Json) -> Json:
    """Return what the owner of a role or resource is told about a caller of another account."""
    return {
        "type": "AWSAccount", "principalId": identity["principalId"], "accountId": identity["accountId"],
    }


def with_key(identity: Json, key: str) -> Json:
    """Return the identity with another access key in the same place."""
    if "accessKeyId" in identity:
        return {**identity, "accessKeyId": key}
    changed: Json = {}
    for name, value in identity.items():
        changed[name] = value
        if name == "accountId":
            changed["accessKeyId"] = key
    return changed


def _attributes(created: int, mfa: bool) -> Json:
    return {"creationDate": iso(created), "mfaAuthenticated": "true" if mfa else "false"}
