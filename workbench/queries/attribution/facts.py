"""What attribution needs of the events: who called, what was issued, and what else binds one to the other.

Each function reads the events once and gives few rows: one per distinct caller, one per issued credential.
Everything is put in order, so that neither files nor threads can change an answer.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from workbench.queries.attribution.model import END

STS, SIGN_IN = "sts.amazonaws.com", "signin.amazonaws.com"
ISSUING = (
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "GetSessionToken",
    "GetFederationToken",
)
_SEPARATOR = "\x1f"
_WITHOUT_CALLER = ("Insight", "Aggregated")


class Identity(NamedTuple):
    """One distinct caller, as `userIdentity` says it, with what of its events decides who it is.

    `shared` is set where only the other account's copy can name the caller, `token` where a web identity
    token does, `switched_from` where the console tells who switched to this role, `failed` where a sign-in
    failed. `created` of a switch is its own time. `events`, `first`, `last` are of the whole case.
    """

    key: str
    type: str | None = None
    kind: str = "unknown"
    principal: str = "unknown"
    principal_id: str | None = None
    arn: str | None = None
    account: str | None = None
    access_key: str | None = None
    user_name: str | None = None
    role_arn: str | None = None
    session_name: str | None = None
    created: dt.datetime | None = None
    issuer_arn: str | None = None
    issuer_id: str | None = None
    source_identity: str | None = None
    federated_by: str | None = None
    on_behalf_of: str | None = None
    invoked_by: str | None = None
    identity_provider: str | None = None
    ec2_delivery: str | None = None
    assumed_root: bool = False
    sign_in: str | None = None
    switched_from: str | None = None
    shared: str | None = None
    token: str | None = None
    failed: bool = False
    category: str | None = None
    events: int = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    console: bool = False
    sample: str = ""


class Issuance(NamedTuple):
    """One successful call that issued credentials; `caller` is the key of an `Identity`."""

    event_id: str
    time: dt.datetime | None
    name: str
    caller: str
    issued_key: str | None
    role_arn: str | None
    role_id: str | None
    session_name: str | None
    expires: str | None
    duration: str | None
    source_identity: str | None
    shared: str | None
    account: str | None
    token: str | None
    root_of: str | None


def keyed(events: ir.Table) -> ir.Table:
    """Add to each event the key of its caller, `identity_key`."""
    return events.mutate(identity_key=_key(_facts(events).values()))


def _key(facts: Iterable[ir.Value]) -> ir.StringValue:
    texts = [fact.cast("string").fill_null("") for fact in facts]
    return ibis.literal(_SEPARATOR).join(texts).hexdigest("md5")


def _facts(events: ir.Table) -> dict[str, ir.Value]:
    """Say what tells callers apart; what is told as an empty text is not told."""
    told = _said(events)
    return {name: fact.nullif("") if fact.type().is_string() else fact for name, fact in told.items()}


def _said(events: ir.Table) -> dict[str, ir.Value]:
    said = events.userIdentity
    context = said["sessionContext"]
    is_owners_copy = events.principal_kind == "account"
    rest = events.extra.fill_null("")
    is_switch = (events.eventName == "SwitchRole") & events.errorCode.isnull()
    by_token = events.eventName == "AssumeRoleWithWebIdentity"
    return {
        "type": said["type"],
        "kind": events.principal_kind,
        "principal": events.principal,
        "principal_id": said["principalId"],
        "arn": said["arn"],
        "account": events.principal_account,
        "access_key": events.access_key_id,
        "user_name": ibis.coalesce(said["userName"], _user_name(events)),
        "role_arn": events.role_arn,
        "session_name": events.session_name,
        "created": ibis.coalesce(
            context["attributes"]["creationDate"], ibis.ifelse(is_switch, events.eventTime, None)
        ),
        "issuer_arn": context["sessionIssuer"]["arn"],
        "issuer_id": context["sessionIssuer"]["principalId"],
        "source_identity": context["sourceIdentity"],
        "federated_by": context["webIdFederationData"]["federatedProvider"],
        "on_behalf_of": said["onBehalfOf"]["userId"],
        "invoked_by": said["invokedBy"],
        "identity_provider": said["identityProvider"],
        "ec2_delivery": context["ec2RoleDelivery"],
        "assumed_root": rest.re_search('"assumedRoot"\\s*:\\s*"?true'),
        "sign_in": _member(rest, "signInSessionArn"),
        "switched_from": ibis.ifelse(is_switch, _more(events, "SwitchFrom"), None),
        "shared": ibis.ifelse(is_owners_copy, events.sharedEventID, None),
        "token": ibis.ifelse(by_token, _request(events, "webIdentityTokenId"), None),
        "failed": _is_failed(events),
        "category": ibis.ifelse(events.eventCategory.isin(_WITHOUT_CALLER), events.eventCategory, None),
    }


def _user_name(events: ir.Table) -> ir.StringValue:
    """Of Identity Center users the name stands beside the identity."""
    return ibis.ifelse(events.principal_kind == "identity_center_user", _more(events, "UserName"), None)


def _is_failed(events: ir.Table) -> ir.BooleanValue:
    """Tell whether somebody did not get in: at the console's door, or at Identity Center's."""
    nothing = ibis.null("string")
    at_console = events.responseElements.get(events.eventName, nothing) == "Failure"
    at_portal = events.serviceEventDetails.get("CredentialVerification", nothing) == "Failure"
    is_failed = at_console.fill_null(False) | at_portal.fill_null(False)
    return ibis.ifelse(events.eventSource == SIGN_IN, is_failed, False)  # the maps of others stay closed


def _more(events: ir.Table, name: str) -> ir.StringValue:
    return events.additionalEventData.get(name, ibis.null("string"))


def _request(events: ir.Table, name: str) -> ir.StringValue:
    return events.requestParameters.get(name, ibis.null("string"))


def callers(events: ir.Table) -> tuple[list[Identity], list[Issuance]]:
    """Read every distinct caller of a case, and in order of time what each was issued.

    The events are gone through once for both: to unpack their maps is most of the work.
    """
    facts = _facts(events)
    is_issuing = (events.eventSource == STS) & events.eventName.isin(ISSUING) & events.errorCode.isnull()
    calls = events.select(
        "eventTime", "eventID", is_console=events.sessionCredentialFromConsole == "true",
        issued=ibis.ifelse(is_issuing, ibis.struct(_issued(events)), None), **facts,
    )  # fmt: skip
    grouped = calls.group_by(list(facts)).agg(
        events=calls.count(),
        first=calls.eventTime.min(),
        last=calls.eventTime.max(),
        console=calls.is_console.any().fill_null(False),
        sample=calls.eventID.min(),
        issued=calls.issued.collect(),
    )
    found = grouped.mutate(key=_key(grouped[name] for name in facts)).to_pyarrow()
    identities = [Identity._make(row) for row in _rows(found.select(Identity._fields))]
    return sorted(identities, key=itemgetter(0)), _issuances(found["key"], found["issued"])


def _issued(calls: ir.Table) -> dict[str, ir.Value]:
    """Say of a call what it issued: all of an `Issuance` but its caller."""
    answer = calls.responseElements
    user = answer.get("assumedRoleUser", ibis.null("string"))
    federated = answer.get("federatedUser", ibis.null("string"))
    credentials = answer.get("credentials", ibis.null("string"))
    return {
        "event_id": calls.eventID,
        "time": calls.eventTime,
        "name": calls.eventName,
        "issued_key": calls.issued_access_key_id,
        "role_arn": calls.target_role_arn,
        "role_id": ibis.coalesce(_member(user, "assumedRoleId"), _member(federated, "federatedUserId")),
        "session_name": _request(calls, "roleSessionName"),
        "expires": _member(credentials, "expiration"),
        "duration": _request(calls, "durationSeconds"),
        "source_identity": ibis.coalesce(
            _request(calls, "sourceIdentity"), answer.get("sourceIdentity", ibis.null("string"))
        ),
        "shared": calls.sharedEventID,
        "account": calls.recipientAccountId,
        "token": _request(calls, "webIdentityTokenId"),
        "root_of": _request(calls, "targetPrincipal"),
    }


def _issuances(keys: pa.ChunkedArray, issued: pa.ChunkedArray) -> list[Issuance]:
    """Make one of each call that is listed beside its caller."""
    lists = issued.combine_chunks()
    told = pa.Table.from_struct_array(pc.list_flatten(lists))
    told = told.append_column("caller", keys.take(pc.list_parent_indices(lists)))
    found = (Issuance._make(row) for row in _rows(told.select(Issuance._fields)))
    return sorted(
        found, key=lambda call: (call.time or END, call.event_id or "", call.account or "", call.caller)
    )


def _rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Give a table row by row, each in the order of its columns."""
    return zip(*map(_values, table.columns), strict=True)


def _values(column: pa.ChunkedArray) -> list[Any]:
    """Give the values of a column; times by way of numpy, which makes them ten times as fast."""
    if pa.types.is_timestamp(column.type):
        times: list[Any] = column.to_numpy(zero_copy_only=False).astype(object).tolist()
        return times
    return column.to_pylist()


def _member(text: ir.StringValue, name: str) -> ir.StringValue:
    """Take a text out of an object that a map holds as JSON."""
    return text.re_extract(f'"{name}"\\s*:\\s*"((?:[^"\\\\]|\\\\.)*)"', 1).nullif("")


def callers_of_shared(events: ir.Table) -> dict[str, tuple[str, str]]:
    """Read of calls between accounts who called: the caller's copy, by what both copies share.

    Returns
    -------
    dict
        `sharedEventID` to (key of the caller, event id); what two different callers share names nobody.
    """
    rows = keyed(events)
    rows = rows.filter(rows.sharedEventID.notnull() & ~rows.principal_kind.isin(["account", "service"]))
    owners = events.filter(events.principal_kind == "account").select(shared="sharedEventID").distinct()
    rows = rows.semi_join(owners, rows.sharedEventID == owners.shared)
    found = rows.group_by("sharedEventID").agg(
        caller=lambda t: t.identity_key.min(), callers=lambda t: t.identity_key.nunique(),
        event=lambda t: t.eventID.min(),
    )  # fmt: skip
    told = found.filter(found.callers == 1).to_pyarrow().to_pylist()
    return {row["sharedEventID"]: (row["caller"], row["event"]) for row in told}


def token_requests(events: ir.Table) -> dict[str, tuple[str, str]]:
    """Read who asked AWS for a web identity token, by the token's id: (key of the caller, event id).

    An id that two callers were given names nobody.
    """
    rows = keyed(events).filter((events.eventName == "GetWebIdentityToken") & events.errorCode.isnull())
    token = rows.responseElements.get("webIdentityTokenId", ibis.null("string"))
    told = rows.filter(token.notnull()).select(token=token, caller="identity_key", event="eventID")
    found = told.group_by("token").agg(
        caller=told.caller.min(), callers=told.caller.nunique(), event=told.event.min()
    )
    return {
        row["token"]: (row["caller"], row["event"])
        for row in found.filter(found.callers == 1).to_pyarrow().to_pylist()
    }


def first_events(events: ir.Table) -> dict[str, dt.datetime]:
    """Read when the events of each account begin."""
    held = events.filter(events.recipientAccountId.notnull() & events.eventTime.notnull())
    rows = held.group_by("recipientAccountId").agg(first=held.eventTime.min()).to_pyarrow().to_pylist()
    return {row["recipientAccountId"]: row["first"] for row in rows}
