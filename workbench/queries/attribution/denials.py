"""Which policies take access away at a time: sessions revoked, everything denied, exposed keys quarantined.

References
----------
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSDenyAll.html
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html
"""

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir

from workbench.queries.containment_history import asked, worked

ALL, BEFORE, SOME, PARTLY = "all", "before", "some", "partly"
"""What is denied: everything; what was issued before a time; some calls; what a condition picks."""

Holder = tuple[str, str | None, str]
"""Whose a policy is: `role` or `user`, account, name."""

_CALLS = (
    "PutRolePolicy", "PutUserPolicy", "DeleteRolePolicy", "DeleteUserPolicy",
    "AttachRolePolicy", "AttachUserPolicy", "DetachRolePolicy", "DetachUserPolicy",
    "CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion",
    "CreateRole", "CreateUser", "DeleteRole", "DeleteUser",
)  # fmt: skip
_QUARANTINE = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/AWSCompromisedKeyQuarantine(V\d+)?")
_DENY_ALL = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/AWSDenyAll")


class Denial(NamedTuple):
    """What one policy denies, since when it does, and the events that prove it."""

    what: str
    before: dt.datetime | None = None
    policy: str = ""
    since: dt.datetime | None = None
    proof: tuple[str, ...] = ()


def denied_by(document: str | None) -> list[Denial]:
    """Read what a policy denies altogether; a policy that cannot be read denies nothing that is known.

    Examples
    --------
    >>> revoked = '{"DateLessThan": {"aws:TokenIssueTime": "2026-09-02T04:10:00.000Z"}}'
    >>> statement = '{"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": %s}' % revoked
    >>> (found,) = denied_by('{"Statement": [%s]}' % statement)
    >>> found.what, found.before
    ('before', datetime.datetime(2026, 9, 2, 4, 10))
    """
    try:
        statements = json.loads(document or "{}").get("Statement", [])
    except (ValueError, AttributeError):
        return []
    listed = statements if isinstance(statements, list) else [statements]
    return [_denial(one) for one in listed if isinstance(one, dict) and _denies_all(one)]


def _denies_all(statement: dict[str, Any]) -> bool:
    is_all = "*" in _listed(statement.get("Action")) and "*" in _listed(statement.get("Resource"))
    return statement.get("Effect") == "Deny" and is_all


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _denial(statement: dict[str, Any]) -> Denial:
    """Tell whom a deny of everything is for, by its condition."""
    tests = statement.get("Condition") or {}
    if not tests:
        return Denial(ALL)
    pairs = [
        (str(operator).lower(), str(key).lower(), values)
        for operator, keys in (tests.items() if isinstance(tests, dict) else ())
        for key, values in (keys.items() if isinstance(keys, dict) else ())
    ]
    if len(pairs) == 1 and pairs[0][:2] == ("datelessthan", "aws:tokenissuetime"):
        times = [_time(value) for value in _listed(pairs[0][2])]
        known = [time for time in times if time]
        if times and len(known) == len(times):
            return Denial(BEFORE, max(known))
    return Denial(PARTLY)


def _time(value: Any) -> dt.datetime | None:
    """Read a time of a policy: ISO 8601, or seconds since 1970."""
    try:
        if str(value).isdecimal():
            time = dt.datetime.fromtimestamp(int(value), dt.UTC)
        else:
            time = dt.datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    return time.astimezone(dt.UTC).replace(tzinfo=None) if time.tzinfo else time


class Denials:
    """What the policies of roles and users deny at a time, as far as the case shows how they came to be."""

    def __init__(self, events: ir.Table, moment: dt.datetime) -> None:
        self._held: defaultdict[Holder, dict[str, Denial]] = defaultdict(dict)
        self._inline: defaultdict[Holder, dict[str, list[Denial]]] = defaultdict(dict)
        self._versions: dict[tuple[str, str], list[Denial]] = {}
        self._default: dict[str, list[Denial]] = {}
        for call in _read(events, moment):
            self._take(call)

    def of(self, kind: str, account: str | None, name: str) -> list[Denial]:
        """Give what is denied to a role or user, the oldest first."""
        holder = (kind, account, name)
        found = [each for inline in self._inline[holder].values() for each in inline]
        for arn, held in self._held[holder].items():
            found += [self._both(each, held, arn) for each in self._managed(arn)]
        return sorted(found, key=lambda each: (str(each.since), each.policy))

    def _managed(self, arn: str) -> list[Denial]:
        if _DENY_ALL.fullmatch(arn):
            return [Denial(ALL)]
        if _QUARANTINE.fullmatch(arn):
            return [Denial(SOME)]
        return self._default.get(arn, [])

    @staticmethod
    def _both(denied: Denial, held: Denial, arn: str) -> Denial:
        """Put a managed policy and its attachment together: it denies since both are there."""
        since = max(time for time in (denied.since, held.since) if time)
        return denied._replace(policy=arn.rpartition("/")[2], since=since, proof=(*denied.proof, *held.proof))

    def _take(self, call: Any) -> None:
        kind, name = ("role", call.role) if "Role" in call.name else ("user", call.user)
        holder = (kind, call.account, name or "")
        proof = {"since": call.time, "proof": (call.event_id,)}
        if call.name in ("CreateRole", "DeleteRole", "CreateUser", "DeleteUser"):
            self._held.pop(holder, None)
            self._inline.pop(holder, None)
        elif call.name.startswith("Put"):
            found = denied_by(call.document)
            self._inline[holder][call.policy] = [
                each._replace(policy=call.policy or "", **proof) for each in found
            ]
        elif call.name in ("DeleteRolePolicy", "DeleteUserPolicy"):
            self._inline[holder].pop(call.policy, None)
        elif call.name.startswith("Attach"):
            self._held[holder].setdefault(call.arn or "", Denial("", **proof))
        elif call.name.startswith("Detach"):
            self._held[holder].pop(call.arn or "", None)
        else:
            self._version(call, proof)

    def _version(self, call: Any, proof: dict[str, Any]) -> None:
        """Follow a policy of the customer's own: which of its versions is the one in force."""
        arn = call.made_arn or call.arn or ""
        version = "v1" if call.name == "CreatePolicy" else call.version or call.made_version or ""
        if call.name != "SetDefaultPolicyVersion":
            self._versions[arn, version] = denied_by(call.document)
        if call.name != "CreatePolicyVersion" or call.is_default == "true":
            denied = self._versions.get((arn, version), [])
            self._default[arn] = [each._replace(**proof) for each in denied]


def _read(events: ir.Table, moment: dt.datetime) -> Iterator[SimpleNamespace]:
    """Read the calls that change what is denied, up to a time and in its order."""
    calls = worked(events, *_CALLS)
    answer, absent = calls.responseElements, ibis.null("string")
    told = calls.select(
        time="eventTime", event_id="eventID", name="eventName", account="recipientAccountId",
        role=asked(calls, "roleName"), user=asked(calls, "userName"), policy=asked(calls, "policyName"),
        arn=asked(calls, "policyArn"), document=asked(calls, "policyDocument"),
        version=asked(calls, "versionId"), is_default=asked(calls, "setAsDefault").lower(),
        made_arn=answer.get("policy", absent).re_extract('"arn"\\s*:\\s*"([^"]+)"', 1).nullif(""),
        made_version=answer.get("policyVersion", absent)
        .re_extract('"versionId"\\s*:\\s*"([^"]+)"', 1).nullif(""),
    )  # fmt: skip
    rows = told.filter(told.time <= ibis.literal(moment)).order_by("time", "event_id")
    return (SimpleNamespace(**row) for row in rows.to_pyarrow().to_pylist())
