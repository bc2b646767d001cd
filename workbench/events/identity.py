"""Who called: the one place that decides `principal` and the keys beside it.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

UNKNOWN = "unknown"
ANONYMOUS = "anonymous"
STS, ASSUME_ROLE = "sts.amazonaws.com", "AssumeRole"
COLUMNS = {
    "principal": "principal",
    "principal_kind": "kind",
    "principal_account": "account",
    "access_key_id": "access_key_id",
    "role_arn": "role_arn",
    "session_name": "session_name",
}
"""Columns of the events table that a `Caller` fills, and its field for each."""
_NOBODY = frozenset({ANONYMOUS, "ANONYMOUS_PRINCIPAL"})
_PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov", "us-iso": "aws-iso", "us-isob": "aws-iso-b"}


class Caller(NamedTuple):
    """The caller of one event.

    `principal` is never None: a role ARN for role sessions, otherwise the name AWS gives the caller,
    `anonymous` or `unknown`. `kind` is one of `role, iam_user, root, service, federated_user,
    identity_center_user, saml_user, web_identity, account, anonymous, unknown`.
    """

    principal: str
    kind: str
    account: str | None
    access_key_id: str | None
    role_arn: str | None
    session_name: str | None


def caller(identity: Mapping[str, Any] | None, region: str | None = None) -> Caller:
    """Decide who called.

    Parameters
    ----------
    identity
        The `userIdentity` of a record, or None.
    region
        The record's `awsRegion`; it tells the partition where no ARN does.

    Examples
    --------
    >>> session = {
    ...     "type": "AssumedRole", "principalId": "AROAEXAMPLE:alice", "accountId": "111122223333",
    ...     "arn": "arn:aws:sts::111122223333:assumed-role/Deploy/alice", "accessKeyId": "ASIAEXAMPLE",
    ...     "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/ci/Deploy"}},
    ... }
    >>> caller(session)[:3]
    ('arn:aws:iam::111122223333:role/ci/Deploy', 'role', '111122223333')
    >>> caller({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"})[:2]
    ('ec2.amazonaws.com', 'service')
    >>> caller(None)[:2]
    ('unknown', 'unknown')
    """
    known = identity or {}
    arn = known.get("arn") or ""
    session = ":assumed-role/" in arn
    role = _role_arn(known, arn) if session or known.get("type") == "AssumedRole" else None
    principal, kind = (role, "role") if role else _named(known, arn, region)
    return Caller(
        principal=principal or UNKNOWN,
        kind=kind if principal else UNKNOWN,
        account=_account(known, arn),
        access_key_id=known.get("accessKeyId") or None,
        role_arn=role,
        session_name=_session_name(known, arn) if role else None,
    )


def _role_arn(known: Mapping[str, Any], arn: str) -> str | None:
    """Take the issuer's ARN, which has the role's path; the session's own ARN has lost it."""
    issuer = (known.get("sessionContext") or {}).get("sessionIssuer") or {}
    if ":role/" in (issuer.get("arn") or ""):
        return issuer["arn"]
    return role_of_session(arn)


def role_of_session(arn: str) -> str | None:
    """Derive the role's ARN from a session's; the path of the role is not in it and is lost.

    Examples
    --------
    >>> role_of_session("arn:aws-cn:sts::111122223333:assumed-role/Deploy/alice")
    'arn:aws-cn:iam::111122223333:role/Deploy'
    >>> role_of_session("arn:aws:iam::111122223333:user/alice") is None
    True
    """
    parts = arn.split(":", 5)
    if len(parts) < 6 or not parts[5].startswith("assumed-role/"):
        return None
    name = parts[5].split("/")[1]
    return f"arn:{parts[1]}:iam::{parts[4]}:role/{name}" if name else None


def _session_name(known: Mapping[str, Any], arn: str) -> str | None:
    after_colon = (known.get("principalId") or "").partition(":")[2]
    after_slash = arn.split("/", 2)[2] if arn.count("/") >= 2 else ""
    return after_colon or after_slash or None


def _account(known: Mapping[str, Any], arn: str) -> str | None:
    parts = arn.split(":")
    in_arn = parts[4] if len(parts) > 5 and parts[4].isdigit() else None
    account = known.get("accountId")
    return account if account and account.isdigit() else in_arn


def _named(known: Mapping[str, Any], arn: str, region: str | None) -> tuple[str | None, str]:
    """Name a caller that is no role session."""
    kind = known.get("type")
    account, name, principal_id = known.get("accountId"), known.get("userName"), known.get("principalId")
    if {account, principal_id} & _NOBODY:
        return ANONYMOUS, ANONYMOUS
    if kind == "Root" or arn.endswith(":root"):
        return _root(arn, account, region), "root"
    if kind == "IAMUser":
        return arn or name or principal_id, "iam_user"
    if kind == "AWSService":
        return known.get("invokedBy") or principal_id, "service"
    if kind == "FederatedUser":
        return arn or principal_id, "federated_user"
    if kind == "IdentityCenterUser":
        return (known.get("onBehalfOf") or {}).get("userId") or principal_id, "identity_center_user"
    if kind == "SAMLUser":
        return name or principal_id, "saml_user"
    if kind == "WebIdentityUser":
        return name or principal_id, "web_identity"
    if kind == "AWSAccount":
        return principal_id or account, "account"
    if kind == "AssumedRole":
        return arn or principal_id, "role"
    if kind is None and ":user/" in arn:
        return arn, "iam_user"
    if kind is None and known.get("invokedBy"):
        return known["invokedBy"], "service"
    return arn or principal_id or name or known.get("invokedBy") or account, UNKNOWN


def _root(arn: str, account: str | None, region: str | None) -> str | None:
    if arn.endswith(":root"):
        return arn
    return f"arn:{_partition(region)}:iam::{account}:root" if account else arn or None


def _partition(region: str | None) -> str:
    for start, partition in _PARTITIONS.items():
        if (region or "").startswith(f"{start}-"):
            return partition
    return "aws"


def issued_access_key(source: str | None, response: Mapping[str, str | None]) -> str | None:
    """Find the key that a call to STS gave out.

    Parameters
    ----------
    source
        The record's `eventSource`.
    response
        `responseElements` as a map of texts.

    Examples
    --------
    >>> issued_access_key("sts.amazonaws.com", {"credentials": '{"accessKeyId":"ASIAEXAMPLE"}'})
    'ASIAEXAMPLE'
    >>> issued_access_key("iam.amazonaws.com", {"accessKey": '{"accessKeyId":"AKIAEXAMPLE"}'}) is None
    True
    """
    credentials = response.get("credentials")
    if source != STS or not credentials or "accessKeyId" not in credentials:
        return None
    try:
        return msgspec.json.decode(credentials.encode(), type=_Credentials).accessKeyId or None
    except msgspec.DecodeError:  # not the shape STS writes: then it names no key
        return None


class _Credentials(msgspec.Struct):
    accessKeyId: str | None = None  # noqa: N815 (AWS's spelling)


def target_role(
    name: str | None, request: Mapping[str, str | None], resources: Sequence[Mapping[str, Any]] | None
) -> str | None:
    """Find the role that an AssumeRole call asked for.

    The copy of the event in the role owner's account has no request parameters, but names the role among
    `resources`.

    Examples
    --------
    >>> target_role("AssumeRole", {"roleArn": "arn:aws:iam::111122223333:role/Deploy"}, None)
    'arn:aws:iam::111122223333:role/Deploy'
    >>> target_role("AssumeRole", {}, [{"arn": "arn:aws:iam::111122223333:role/Deploy"}])
    'arn:aws:iam::111122223333:role/Deploy'
    >>> target_role("GetRole", {"roleArn": "arn:aws:iam::111122223333:role/Deploy"}, None) is None
    True
    """
    if not name or not name.startswith(ASSUME_ROLE):
        return None
    if request.get("roleArn"):
        return request["roleArn"]
    arns = [(entry or {}).get("arn") or "" for entry in resources or ()]
    return next((arn for arn in arns if ":role/" in arn), None)
