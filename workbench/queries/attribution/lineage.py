"""Who made what: the keys, users, roles, passwords and trust policies that others use later (rule R15).

Lineage is an edge of its own and never an origin: the origin of a key's use is the key's user.
"""

import datetime as dt
from collections import defaultdict
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from workbench.queries.attribution.facts import keyed
from workbench.queries.containment_history import asked, worked

MAKES = {
    "CreateUser": "user",
    "CreateRole": "role",
    "CreateAccessKey": "access-key",
    "CreateLoginProfile": "login-profile",
    "UpdateLoginProfile": "login-profile",
    "UpdateAssumeRolePolicy": "trust-policy",
}
"""Calls that make a way in, and what each makes."""

TAKES_BACK = {
    "DeleteUser": "user",
    "DeleteRole": "role",
    "DeleteAccessKey": "access-key",
    "UpdateAccessKey": "access-key",
    "DeleteLoginProfile": "login-profile",
}
_EDGE = ("eventTime", "eventID", "kind", "made", "made_by", "account")


class Made(NamedTuple):
    """One edge of lineage, with the key of the caller who made it."""

    time: dt.datetime | None
    event_id: str
    kind: str
    made: str
    user: str | None
    maker: str
    account: str | None


def lineage(events: ir.Table) -> ir.Table:
    """List who made which access key, user, role, password or trust policy, and whether it was used.

    Parameters
    ----------
    events
        The whole events table.

    Returns
    -------
    ibis Table
        `eventTime`, `eventID`, `kind` (`user`, `role`, `access-key`, `login-profile`, `trust-policy`), `made`
        (ARN of the user or role, or the key id), `made_by` (principal), `account`, `used` (events that a key
        made, or that were called as the user or role, later), `first_used` (naive UTC). Ordered by time.

    Examples
    --------
    >>> from tests.builders import event, table, user
    >>> made = event(
    ...     eventName="CreateAccessKey", requestParameters={"userName": "backup"},
    ...     responseElements={"accessKey": {"userName": "backup", "accessKeyId": "AKIABACKUP"}},
    ... )
    >>> rows = lineage(table(made, event(userIdentity=user("backup", key="AKIABACKUP"))))
    >>> rows.select("kind", "made", "used").to_pyarrow().to_pylist()
    [{'kind': 'access-key', 'made': 'AKIABACKUP', 'used': 1}]
    """
    made = _named(worked(events, *MAKES)).mutate(made_by=events.principal)
    edges = made.select(*_EDGE)
    by_name = events.select(used_as="principal", time="eventTime")
    by_key = events.filter(events.access_key_id.notnull()).select(used_as="access_key_id", time="eventTime")
    uses = ibis.union(by_name, by_key)
    later = [edges.made == uses.used_as, uses.time >= edges.eventTime]
    counted = edges.left_join(uses, later).group_by(*_EDGE)
    return counted.agg(
        used=lambda t: t.used_as.count(), first_used=lambda t: t.time.min()
    ).order_by("eventTime", "eventID")  # fmt: skip


def _named(calls: ir.Table) -> ir.Table:
    """Name what each call made: by its answer, else by what was asked for."""
    answer = calls.responseElements
    absent = ibis.null("string")
    account = ibis.coalesce(calls.recipientAccountId, calls.principal_account)
    thing = ibis.coalesce(answer.get("user", absent), answer.get("role", absent))
    told = thing.re_extract('"arn"\\s*:\\s*"([^"]+)"', 1)
    user, role = asked(calls, "userName"), asked(calls, "roleName")
    arn = "arn:aws:iam::" + account + ibis.ifelse(role.notnull(), ":role/" + role, ":user/" + user)
    key = ibis.coalesce(
        answer.get("accessKey", absent).re_extract('"accessKeyId"\\s*:\\s*"([^"]+)"', 1).nullif(""),
        asked(calls, "accessKeyId"),
    )
    kind = calls.eventName.cases(*MAKES.items(), *TAKES_BACK.items(), else_="")
    return calls.mutate(
        kind=kind, account=account, user=user,
        made=ibis.ifelse(kind == "access-key", key, ibis.coalesce(told.nullif(""), arn)),
    )  # fmt: skip


def made_by(events: ir.Table) -> list[Made]:
    """Read every edge, in order of time."""
    return _read(worked(events, *MAKES))


def taken_back(events: ir.Table) -> list[Made]:
    """Read what was deleted or switched off, in order of time."""
    calls = worked(events, *TAKES_BACK)
    is_off = (calls.eventName != "UpdateAccessKey") | (asked(calls, "status") == "Inactive")
    return _read(calls.filter(is_off))


def given_back(events: ir.Table) -> list[Made]:
    """Read which access keys were switched on again, in order of time."""
    calls = worked(events, "UpdateAccessKey")
    return _read(calls.filter(asked(calls, "status") == "Active"))


def _read(calls: ir.Table) -> list[Made]:
    named = _named(keyed(calls)).filter(lambda t: t.made.notnull())
    rows = named.select(
        time="eventTime", event_id="eventID", kind="kind", made="made", user="user", maker="identity_key",
        account="account",
    ).order_by("time", "event_id")  # fmt: skip
    return [Made(**row) for row in rows.to_pyarrow().to_pylist()]


class Gone:
    """What was taken back up to a time, by kind, account and name; a key may be switched on again."""

    def __init__(self, events: ir.Table, moment: dt.datetime) -> None:
        self._turns: defaultdict[tuple[str, str | None, str], list[tuple[dt.datetime, bool]]]
        self._turns = defaultdict(list)
        for is_off, edges in ((True, taken_back(events)), (False, given_back(events))):
            for edge in edges:
                if edge.time and edge.time <= moment:
                    self._turns[edge.kind, edge.account, _name(edge.made)].append((edge.time, is_off))

    def since(
        self, kind: str, account: str | None, what: str, made: dt.datetime | None
    ) -> dt.datetime | None:
        """Tell since when something is gone; what bore its name before it was made says nothing of it."""
        gone = None
        for time, is_off in sorted(self._turns.get((kind, account, _name(what)), ())):
            if made is None or time >= made:
                gone = (gone or time) if is_off else None
        return gone


def _name(arn: str) -> str:
    """Give the name without path: the calls that delete say no path."""
    return arn.rpartition("/")[2]
