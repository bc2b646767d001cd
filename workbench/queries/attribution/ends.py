"""Callers that are ends themselves: users, root, services, federated subjects (rules R0, R7, R12b, R14)."""

import re
from collections.abc import Collection, Mapping

from workbench.queries.attribution.facts import Identity
from workbench.queries.attribution.model import CERTAIN, HIGH, MEDIUM, Link, Origin

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
INSTANCE = re.compile(r"i-[0-9a-fA-F]{8,17}\Z")
ROLE = re.compile(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:(role|assumed-role)/")
_USER = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:user/")
_RESERVED = "/aws-reserved/sso.amazonaws.com/"
_SERVICE_LINKED = re.compile(r":role/aws-service-role/([^/]+)/")
_INTERNAL = frozenset({"AWS Internal", "unknown", "Internal"})


def own_end(one: Identity, directory: Mapping[str, str]) -> Link | None:
    """Give the end that a caller is by itself, if it is one.

    `directory` binds names of Identity Center users to their user ids, and ids of IAM users to their ARNs.
    """
    if one.category:
        return _end("R0", Origin.unknown("SERVICE_INTERNAL"))
    masked = HIDDEN in (one.principal_id, one.user_name, one.arn, one.access_key, one.account)
    if masked and not one.on_behalf_of:
        return _end("R0", Origin.unknown("FIELD_HIDDEN"))
    if one.failed:
        return _end("R0", Origin.unknown(None, one.principal if one.kind != "unknown" else one.user_name))
    if one.kind == "root":
        return None if one.assumed_root else _end("R0", _root(one))
    found = _BY_KIND.get(one.kind)
    return found(one, directory) if found else None


def _end(rule: str, origin: Origin) -> Link:
    return Link(rule, origin.confidence, origin=origin)


def _root(one: Identity) -> Origin:
    return Origin(one.principal, one.account, "root", CERTAIN)


def _user(one: Identity, directory: Mapping[str, str]) -> Link:
    is_session = (one.access_key or "").startswith("ASIA") and not one.console
    name, level = _user_arn(one, directory)
    origin = Origin(name, (one.principal_id or "").split(":")[0] or None, "iam_user", level)
    return _end("R14" if is_session else "R0", origin)


def _user_arn(one: Identity, directory: Mapping[str, str]) -> tuple[str, str]:
    """Give a user's ARN; a record of the sign-in may have the name alone, and then the path is unknown."""
    if one.arn or not one.account or not one.user_name:
        return one.principal, CERTAIN
    known = directory.get(one.principal_id or "")
    return (known, CERTAIN) if known else (f"arn:aws:iam::{one.account}:user/{one.user_name}", MEDIUM)


def _federated(one: Identity, _: Mapping[str, str]) -> Link | None:
    """GetFederationToken keeps the user who asked: it is the issuer of the session."""
    issuer = one.issuer_arn or ""
    if ":user/" in issuer:
        return _end("R14", Origin(issuer, one.issuer_id, "iam_user", CERTAIN))
    if issuer.endswith(":root"):
        return _end("R14", Origin(issuer, one.account, "root", CERTAIN))
    return None


def _service(one: Identity, _: Mapping[str, str]) -> Link:
    if one.principal in _INTERNAL:
        return _end("R0", Origin.unknown("SERVICE_INTERNAL", kind="service"))
    return _end("R0", Origin(one.principal, None, "service", CERTAIN))


def _identity_center(one: Identity, directory: Mapping[str, str]) -> Link:
    user = one.on_behalf_of or directory.get(one.user_name or "")
    return _end("R0", Origin(user or one.user_name or one.principal, user, "identity_center_user", CERTAIN))


def _saml(one: Identity, _: Mapping[str, str]) -> Link:
    return _end("R8", Origin(one.user_name or one.principal, one.principal_id, "saml_user", HIGH))


def _web_identity(one: Identity, _: Mapping[str, str]) -> Link | None:
    if one.token or ROLE.match(one.user_name or ""):
        return None  # AWS itself may have issued the token, in another partition: the resolver looks
    return web_subject(one)


def web_subject(one: Identity) -> Link:
    """Give the subject of a web identity as the end; AWS vouches for an IAM user by its ARN."""
    if one.token and _USER.match(one.user_name or ""):
        return _end("R9", Origin(one.user_name, None, "iam_user", HIGH))
    return _end("R9", Origin(one.user_name or one.principal, one.principal_id, "web_identity", HIGH))


def _anonymous(_: Identity, __: Mapping[str, str]) -> Link:
    return _end("R0", Origin("anonymous", None, "anonymous", CERTAIN))


def _unknown(_: Identity, __: Mapping[str, str]) -> Link:
    return _end("R0", Origin.unknown("SERVICE_INTERNAL"))


_BY_KIND = {
    "iam_user": _user,
    "federated_user": _federated,
    "service": _service,
    "identity_center_user": _identity_center,
    "saml_user": _saml,
    "web_identity": _web_identity,
    "anonymous": _anonymous,
    "unknown": _unknown,
}


def directory_user(one: Identity, bound: Collection[str], directory: Mapping[str, str]) -> Link | None:
    """Give the Identity Center user of a session (R6, R7): by its user id, or by the name only it can set."""
    if len(bound) > 1:
        return _end("R6", Origin.unknown("CONTRADICTION", one.session_name))
    if bound:
        (known,) = bound
        return _end("R6", Origin(known, known, "identity_center_user", CERTAIN))
    if is_reserved(one) and one.session_name:
        user = directory.get(one.session_name)
        return _end("R7", Origin(user or one.session_name, user, "identity_center_user", HIGH))
    return None


def is_reserved(one: Identity) -> bool:
    """Tell whether a session is of a role that only Identity Center can open."""
    return _RESERVED in (one.role_arn or "")


def role_delivery(one: Identity) -> Link | None:
    """Give the instance whose own credentials these are (R11): its name alone would prove nothing."""
    if one.ec2_delivery and INSTANCE.match(one.session_name or ""):
        return _end("R11", Origin(one.session_name, one.session_name, "instance", CERTAIN))
    return None


def service_linked(one: Identity) -> Link | None:
    """Give the service that a service-linked role belongs to (R12b)."""
    found = _SERVICE_LINKED.search(one.role_arn or "")
    return _end("R12b", Origin(found[1], None, "service", HIGH)) if found else None
