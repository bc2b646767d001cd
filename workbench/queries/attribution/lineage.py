"""Who made what: the keys, users, roles, passwords and trust policies that others use later (rule R15).

Lineage is an edge of its own and never an origin: the origin of a key's use is the key's user.
"""

import datetime as dt
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from workbench.queries.assumptions import partition
from workbench.queries.attribution.facts import keyed
from workbench.queries.attribution.model import END
from workbench.queries.attribution.origins import with_origin
from workbench.queries.containment_history import asked, last_part, worked

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
_EDGE = (
    "eventTime", "eventID", "kind", "made", "made_by", "account", "label", "origin_principal",
    "origin_confidence", "until",
)  # fmt: skip
_OWNS = {"login-profile": "user", "trust-policy": "role"}


class Made(NamedTuple):
    """One edge of lineage, with the key of the caller who made it; `document` of a trust policy."""

    time: dt.datetime | None
    event_id: str
    kind: str
    made: str
    user: str | None
    maker: str
    account: str | None
    label: str
    document: str | None


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
        (ARN of the user or role, or the key id), `made_by` (principal), `origin_principal` and
        `origin_confidence` (of whoever stands behind that, as of `with_origin`), `account`, `used` (events
        that the key made, that were called as the user or role, or by the user without a long-term key),
        `first_used` and `until` (naive UTC: when it was deleted or made anew, NULL if it was not; what is
        done after that under the same name is none of its uses). Ordered by time.

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
    calls = worked(with_origin(events), *MAKES)
    made = _named(calls).mutate(made_by=calls.principal)
    edges = _ended(made, _named(worked(events, *MAKES, *TAKES_BACK))).select(*_EDGE)
    uses = _uses(events)
    later = [
        edges.account == uses.in_account, edges.label == uses.name, uses.use == edges.kind,
        uses.time >= edges.eventTime, uses.time < edges.until.fill_null(ibis.literal(END)),
    ]  # fmt: skip
    counted = edges.left_join(uses, later).group_by(*_EDGE)
    told = counted.agg(
        used=lambda t: t.name.count(), first_used=lambda t: t.time.min(), known=lambda t: t.arn.max()
    )
    is_key = told.kind == "access-key"
    return told.mutate(made=ibis.ifelse(is_key, told.made, ibis.coalesce(told.known, told.made))).select(
        "eventTime", "eventID", "kind", "made", "made_by", "account", "used", "first_used", "until",
        "origin_principal", "origin_confidence",
    ).order_by("eventTime", "eventID")  # fmt: skip


def _ended(made: ir.Table, calls: ir.Table) -> ir.Table:
    """Add when each thing was deleted or made anew; with a user or role goes what it owns."""
    ends = calls.filter(calls.eventName != "UpdateAccessKey").select(
        end="eventTime", end_kind="kind", end_label="label", end_account="account"
    )
    owner = made.kind.cases(*_OWNS.items(), else_=made.kind)
    same = [
        made.account == ends.end_account, made.label == ends.end_label, ends.end > made.eventTime,
        (ends.end_kind == made.kind) | (ends.end_kind == owner),
    ]  # fmt: skip
    names = [name for name in _EDGE if name != "until"]
    return made.left_join(ends, same).group_by(names).agg(until=lambda t: t.end.min())


def _uses(events: ir.Table) -> ir.Table:
    """List each event under all that it uses: the key, the user, the password, the role."""
    by_key = events.filter(events.access_key_id.startswith("AKIA"))
    by_user = events.filter(events.principal_kind == "iam_user")
    signed_in = by_user.filter(~by_user.access_key_id.startswith("AKIA").fill_null(False))
    by_role = events.filter(events.role_arn.notnull())
    return ibis.union(
        _use(by_key, "access-key", by_key.access_key_id, by_key.principal_account),
        _use(by_user, "user", by_user.principal, by_user.principal_account),
        _use(signed_in, "login-profile", signed_in.principal, signed_in.principal_account),
        _use(by_role, "role", by_role.role_arn, by_role.role_arn.split(":")[4]),
        _use(by_role, "trust-policy", by_role.role_arn, by_role.role_arn.split(":")[4]),
    )


def _use(events: ir.Table, use: str, arn: ir.StringValue, account: ir.StringValue) -> ir.Table:
    return events.select(
        use=ibis.literal(use), arn=arn, name=last_part(arn), in_account=account, time="eventTime"
    )


def _named(calls: ir.Table) -> ir.Table:
    """Name what each call made: by its answer, else by what was asked for; `label` is the name alone."""
    answer = calls.responseElements
    absent = ibis.null("string")
    account = ibis.coalesce(calls.recipientAccountId, calls.principal_account)
    thing = ibis.coalesce(answer.get("user", absent), answer.get("role", absent))
    told = thing.re_extract('"arn"\\s*:\\s*"([^"]+)"', 1)
    owned = ibis.coalesce(answer.get("accessKey", absent), answer.get("loginProfile", absent))
    user = ibis.coalesce(
        asked(calls, "userName"), owned.re_extract('"userName"\\s*:\\s*"([^"]+)"', 1).nullif("")
    )
    role = asked(calls, "roleName")
    arn = "arn:" + partition(calls.awsRegion) + ":iam::" + account
    arn += ibis.ifelse(role.notnull(), ":role/" + role, ":user/" + user)
    key = ibis.coalesce(
        answer.get("accessKey", absent).re_extract('"accessKeyId"\\s*:\\s*"([^"]+)"', 1).nullif(""),
        asked(calls, "accessKeyId"),
    )
    kind = calls.eventName.cases(*MAKES.items(), *TAKES_BACK.items(), else_="")
    made = ibis.ifelse(kind == "access-key", key, ibis.coalesce(told.nullif(""), arn))
    return calls.mutate(kind=kind, account=account, user=user, made=made, label=last_part(made))


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
        account="account", label="label", document=asked(named, "policyDocument"),
    ).order_by("time", "event_id")  # fmt: skip
    return [Made(**row) for row in rows.to_pyarrow().to_pylist()]
