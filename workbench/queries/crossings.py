"""Calls from one account into another: both trails' copies of each, reconciled."""

from functools import reduce

import ibis
import ibis.expr.types as ir

from workbench.queries.assumptions import ROLE_CALLS, STS, issuances

_ACCOUNT = r"^[0-9]{12}\z"
_NOBODYS = ("service", "anonymous", "unknown")
_ROLES = ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
_APART = 60
_COPIES = (
    "eventTime", "eventID", "eventName", "eventSource", "awsRegion", "sourceIPAddress", "shared", "is_owners",
    "caller_account", "owner_account", "principal", "target", "denied", "external",
)  # fmt: skip


def crossings(events: ir.Table) -> ir.Table:
    """List the calls whose caller belongs to another account than the role or resource that was asked for.

    CloudTrail records such a call twice, in the caller's trail and in the owner's, and gives both copies one
    `sharedEventID`. Here they are one row that says which of them are in the case, and whether they agree.

    Parameters
    ----------
    events
        The whole events table.

    Returns
    -------
    ibis Table
        `eventTime`, `eventName`, `eventSource`, `kind` (`role`, `root` for AssumeRoot, `resource`),
        `caller_account`, `owner_account`, `principal` (an id only, where nothing names it), `target` (role or
        resource, NULL where not recorded), `denied`, `external_id` (whether sts:ExternalId was given),
        `two_sided` (`both`, `caller-only`, `owner-only`, or `impossible`: the copies cannot both be true),
        `detail` (why impossible), `awsRegion`, `sourceIPAddress`, `eventIDs` (of all copies). Calls of AWS
        services and anonymous calls are left out. Ordered by time, then `eventIDs`.

    Examples
    --------
    >>> from tests.builders import assume_role, table, user
    >>> rows = crossings(table(assume_role(user(), account="444455556666")))
    >>> rows.select("caller_account", "owner_account", "two_sided").to_pyarrow().to_pylist()
    [{'caller_account': '111122223333', 'owner_account': '444455556666', 'two_sided': 'caller-only'}]

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
    """
    owners = events.filter(events.principal_kind == "account")
    asked = ibis.union(_asked(issuances(events), events), _asked(issuances(owners), owners))
    used = _used(owners)
    shared = asked.filter(asked.is_owners).select("shared").union(used.select("shared")).distinct()
    copies = ibis.union(asked, used, _beside(events, shared))
    pairs = copies.group_by(call=copies.shared.fill_null(copies.eventID)).agg(**_facts(copies))
    crossed = (pairs.caller_account != pairs.owner_account) & (pairs.callers + pairs.owners > 0)
    return _told(pairs.filter(crossed)).order_by("eventTime", lambda t: t.eventIDs[0])


def _asked(calls: ir.Table, events: ir.Table) -> ir.Table:
    """Give the copies of calls that asked for a role or for root."""
    external = events.requestParameters.get("externalId", ibis.null("string")).notnull().fill_null(False)
    facts = events.filter(events.eventSource == STS).select(
        "source_file", "source_index", "eventSource", "sourceIPAddress",
        shared=events.sharedEventID, is_owners=events.principal_kind == "account", external=external,
        says=events.principal_kind,
    )  # fmt: skip
    found = calls.filter(calls.eventName.isin(ROLE_CALLS)).inner_join(facts, ["source_file", "source_index"])
    found = found.filter(~found.says.isin(_NOBODYS) & found.caller_account.re_search(_ACCOUNT))
    return found.mutate(owner_account=found.target_account, principal=found.caller).select(*_COPIES)


def _used(owners: ir.Table) -> ir.Table:
    """Give the owners' copies of calls that used a resource."""
    of_role = (owners.eventSource == STS) & owners.eventName.isin(ROLE_CALLS)
    used = owners.filter(~of_role.fill_null(False) & owners.principal_account.re_search(_ACCOUNT))
    used = used.filter(used.principal_account != used.recipientAccountId)
    return used.mutate(
        shared=used.sharedEventID, is_owners=True, caller_account=used.principal_account,
        owner_account=used.recipientAccountId, target=used.resources[0]["arn"],
        denied=used.errorCode.notnull(), external=False,
    ).select(*_COPIES)  # fmt: skip


def _beside(events: ir.Table, shared: ir.Table) -> ir.Table:
    """Give the callers' copies of what owners recorded; the owner's copy alone tells whose it is."""
    own = events.filter(~events.principal_kind.isin(["account", *_NOBODYS]))
    own = own.semi_join(shared.filter(shared.shared.notnull()), own.sharedEventID == shared.shared)
    return own.mutate(
        shared=own.sharedEventID, is_owners=False, caller_account=own.principal_account,
        owner_account=ibis.null("string"), target=ibis.null("string"), denied=own.errorCode.notnull(),
        external=False,
    ).select(*_COPIES)  # fmt: skip


def _facts(copies: ir.Table) -> dict[str, ir.Value]:
    """Say of the copies of one call what both know, the caller's side first."""
    own = ~copies.is_owners
    of_caller = {name: copies[name].min(where=own) for name in ("caller_account", "principal")}
    of_owner = {name: copies[name].min(where=copies.is_owners) for name in of_caller}
    return {
        "eventTime": copies.eventTime.min(),
        "apart": copies.eventTime.max().epoch_seconds() - copies.eventTime.min().epoch_seconds(),
        **{name: copies[name].min() for name in ("eventName", "eventSource", "awsRegion", "sourceIPAddress")},
        **{name: ibis.coalesce(of_caller[name], of_owner[name]) for name in of_caller},
        "owner_account": copies.owner_account.max(),
        "target": copies.target.max(),
        "denied": copies.denied.all(),
        "external_id": copies.external.any(),
        "callers": copies.eventID.nunique(where=own),
        "owners": copies.eventID.nunique(where=copies.is_owners),
        "caller_accounts": copies.caller_account.nunique(),
        "owner_accounts": copies.owner_account.nunique(),
        "outcomes": copies.denied.nunique(),
        "names": copies.eventName.nunique(),
        "eventIDs": copies.eventID.collect(distinct=True).sort(),
    }


def _told(pairs: ir.Table) -> ir.Table:
    wrong = {
        "the copies name different callers' accounts": pairs.caller_accounts > 1,
        "the copies name different owners": pairs.owner_accounts > 1,
        "the copies are of different calls": pairs.names > 1,
        "worked in one copy, refused in the other": pairs.outcomes > 1,
        "more than one copy of one side": (pairs.callers > 1) | (pairs.owners > 1),
        "the copies are more than a minute apart": pairs.apart > _APART,
    }
    detail = ibis.cases(*((is_so, said) for said, is_so in wrong.items()))
    is_wrong = reduce(lambda one, other: one | other, wrong.values()).fill_null(False)
    kind = ibis.cases((pairs.eventName == "AssumeRoot", "root"), (_of_role(pairs), "role"), else_="resource")
    sides = ibis.cases(
        (is_wrong, "impossible"), (pairs.owners == 0, "caller-only"), (pairs.callers == 0, "owner-only"),
        else_="both",
    )  # fmt: skip
    return pairs.mutate(kind=kind, two_sided=sides, detail=detail).select(
        "eventTime", "eventName", "eventSource", "kind", "caller_account", "owner_account", "principal",
        "target", "denied", "external_id", "two_sided", "detail", "awsRegion", "sourceIPAddress", "eventIDs",
    )  # fmt: skip


def _of_role(pairs: ir.Table) -> ir.BooleanValue:
    return (pairs.eventSource == STS) & pairs.eventName.isin(_ROLES)
