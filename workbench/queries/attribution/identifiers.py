"""Identifiers from a log line: what each is, and which callers of a case it stands for."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator

import ibis.expr.types as ir

from workbench.errors import NotFoundError, ParameterError
from workbench.queries.attribution.chains import Resolver
from workbench.queries.attribution.facts import Identity, keyed
from workbench.queries.attribution.lineage import made_by

KINDS = ("access_key_id", "session_arn", "role_arn", "principal_id", "event_id")
ANY = "any"
"""What has no form of its own: an event id, or a name."""

_FORMS = (
    ("access_key_id", re.compile(r"A[KS]IA[A-Z0-9]{12,}")),
    ("session_arn", re.compile(r"arn:[a-z-]+:sts::\d*:(?:assumed-role|federated-user)/.+", re.DOTALL)),
    ("role_arn", re.compile(r"arn:[a-z-]+:iam::\d*:role/.+", re.DOTALL)),
    ("principal_id", re.compile(r"(?:A(?:RO|ID)A[A-Z0-9]+(?::.*)?|arn:[a-z-]+:iam::.*)", re.DOTALL)),
)
_UNIQUE = re.compile(r"a(?:[ks]ia|[ri][od]a)[a-z0-9]{8,}", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_QUOTED = re.compile(r"""["'`\u2018\u201c]+(?P<inside>.*?)["'`\u2019\u201d]+[,;]?""", re.DOTALL)
_BY_NAME = re.compile(r"(?P<account>arn:[a-z-]+:iam::\d+:(?:role|user))/(?:.*/)?(?P<name>[^/]+)", re.DOTALL)
_SHOWN, _LISTED = 200, 10


def kind_of(identifier: str) -> str:
    """Tell what an identifier from a log line is; what has no other form is an event id.

    Examples
    --------
    >>> kind_of("ASIAIOSFODNN7EXAMPLE"), kind_of("arn:aws:sts::111122223333:assumed-role/Deploy/build-1")
    ('access_key_id', 'session_arn')
    >>> kind_of("AROAEXAMPLEID:build-1"), kind_of("6b1a31b7-4b4e-4b2e-9a7e-0d7a4e0a1b11")
    ('principal_id', 'event_id')
    """
    return next((kind for kind, form in _FORMS if form.fullmatch(identifier)), "event_id")


def tidied(identifier: str) -> str:
    """Take an identifier as it was pasted: without blanks and quotes, keys and unique ids in capitals.

    Raises
    ------
    ParameterError
        There is nothing but blanks.

    Examples
    --------
    >>> tidied(" akiaiosfodnn7example "), tidied("aroaexampleid:Build-1")
    ('AKIAIOSFODNN7EXAMPLE', 'AROAEXAMPLEID:Build-1')
    >>> tidied("AROAEXAMPLEID:build-1"), tidied('"arn:aws:iam::111122223333:user/alice",')
    ('AROAEXAMPLEID:build-1', 'arn:aws:iam::111122223333:user/alice')
    """
    bare = identifier.strip()
    quoted = _QUOTED.fullmatch(bare)
    bare = quoted["inside"].strip() if quoted else bare
    if not bare:
        raise ParameterError("the identifier is empty. Name a key, an ARN, a principal id or an event id")
    unique, colon, name = bare.partition(":")
    return unique.upper() + colon + name if _UNIQUE.fullmatch(unique) else bare


def callers_of(case: Resolver, events: ir.Table, kind: str, value: str) -> list[Identity]:
    """Give every caller that an identifier stands for.

    Raises
    ------
    NotFoundError
        It is nowhere in the evidence.
    ParameterError
        It is a name that several bear: they are listed.
    """
    if kind in (ANY, "event_id"):
        found = {key: case.case.identities[key] for key, _ in calls_of(events, value)}
        alike = list(found.values()) or (_named(case, value) if kind == ANY else [])
    else:
        alike = list(_callers(case, kind, value)) or _without_path(case, kind, value)
    if not alike:
        raise _not_found(events, kind, value)
    return sorted(alike, key=lambda one: (not one.events, one.key))


def calls_of(events: ir.Table, event_id: str) -> list[tuple[str, dt.datetime | None]]:
    """Give the caller's key and the time of the calls with an event id, in capitals too."""
    if not event_id.isprintable():
        return []  # no SQL can hold it, and no id of AWS does
    ids = events.eventID
    for is_it in (ids == event_id, ids.lower() == event_id.lower()):
        named = keyed(events.filter(is_it)).select("identity_key", "eventTime").distinct()
        found = named.order_by("identity_key", "eventTime").to_pyarrow().to_pylist()
        if found or not _UUID.fullmatch(event_id):
            break
    return [(row["identity_key"], row["eventTime"]) for row in found]


def _callers(case: Resolver, kind: str, value: str) -> Iterator[Identity]:
    for one in case.case.identities.values():
        names = {
            "access_key_id": (one.access_key,),
            "session_arn": (one.arn,),
            "role_arn": (one.role_arn,),
            "principal_id": (one.principal_id, (one.principal_id or "").split(":")[0], one.principal),
        }[kind]
        if value in names:
            yield one


def _without_path(case: Resolver, kind: str, value: str) -> list[Identity]:
    """Find a role or user by account and name, which no other there bears: a path is not always told."""
    asked = _BY_NAME.fullmatch(value)
    if kind not in ("role_arn", "principal_id") or not asked:
        return []
    found = []
    for one in case.case.identities.values():
        known = _BY_NAME.fullmatch(one.role_arn or one.principal)
        if known and known.groups() == asked.groups():
            found.append(one)
    return found


def _named(case: Resolver, name: str) -> list[Identity]:
    """Find who bears a name: if nobody is spelled like that, the name of a role, user or session."""
    alike: defaultdict[str, list[Identity]] = defaultdict(list)
    for one in case.case.identities.values():
        for bearer in _bearers(one, name):
            alike[bearer].append(one)
    if name in alike:
        return alike[name]
    if len(alike) > 1:
        listed = "; ".join(sorted(alike)[:_LISTED])
        more = f" and {len(alike) - _LISTED} more" if len(alike) > _LISTED else ""
        raise ParameterError(f"{name} is the name of {len(alike)}: {listed}{more}. Name one of them")
    return next(iter(alike.values()), [])


def _bearers(one: Identity, name: str) -> set[str]:
    """Say which of the things that a caller is or uses bear a name."""
    path = one.role_arn or (one.principal if one.kind == "iam_user" else "")
    session = one.arn if one.role_arn or one.kind == "federated_user" else None
    spelled = (one.principal, one.on_behalf_of, one.user_name if not path else None)
    found = {text for text in spelled if text == name}
    found |= {path} if path and path.rpartition("/")[2] == name else set()
    return found | ({session} if session and one.session_name == name else set())


def _not_found(events: ir.Table, kind: str, identifier: str) -> NotFoundError:
    shown = identifier if len(identifier) <= _SHOWN else identifier[:_SHOWN] + "..."
    made = [edge for edge in made_by(events) if edge.made == identifier] if kind == "access_key_id" else []
    if made:
        return NotFoundError(f"{shown} made no call in this case. It was made by event {made[-1].event_id}")
    return NotFoundError(f"{shown} is nowhere in this case. Mind its spelling, or load more")
