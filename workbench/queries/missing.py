"""Accounts that the events speak of and whose own trail is not in the case: what to collect."""

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from workbench.events import events, evidence_files
from workbench.queries.filters import has_time, is_service, is_write
from workbench.queries.top import source_kind

_ACCOUNT = "^[0-9]{12}$"
_NAMED = r'(?:arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:|"AWS" ?: ?\[? ?")([0-9]{12})'
_MEMBER = "AWSLogs/(o-[a-z0-9]{10,32})/([0-9]{12})/"
_OWNER = "its owner: whether it belongs to the organization is not known from this case"
_CALLED = "its principals called"
_SESSION = ibis.interval(hours=12)  # the longest a role session lives: what an assumed role did ends by then


@ibis.udf.scalar.builtin(  # type: ignore[untyped-decorator]  # Ibis comes without types
    name="regexp_extract_all", signature=(("string", "string", "int32"), "array<string>")
)
def _all_matches(text: str, pattern: str, group: int) -> list[str]:  # type: ignore[empty-body]
    """Every match of a group of a pattern: the engine's own function, which Ibis has no name for."""


def missing_accounts(con: BaseBackend) -> ir.Table:
    """List the accounts that the events speak of but whose trail delivered nothing into the case.

    What happened inside such an account cannot be known from this case. Accounts of AWS itself are left out
    where the record says that a service called.

    Parameters
    ----------
    con
        A case, as of `open_case`.

    Returns
    -------
    ibis Table
        `account`; `why` (a list of `its principals called`, `a role of it was asked for`, `a resource of it
        was used`, `named in a request`); `events`, `first`, `last` (naive UTC) of those that speak of it;
        `principals`, `names` (lists of at most 5 callers, 10 API names); `called`, `called_first`,
        `called_last`, `called_names`, `called_eventIDs`: the same of the calls that its own principals made
        (0, NULL and empty lists when they made none); `collect_from`, `collect_to` (whole
        hours: from the first such event to 12 hours after the last, the longest life of a role session);
        `collect` (object prefixes below the trail's own prefix in its bucket; with the organization's id only
        where a file of the case lies below it for that account); `ask` (whose evidence that is);
        `eventIDs` (at most 20). Accounts that called or own a role first, then by `events`.

    Raises
    ------
    CaseError
        When the case holds no events.

    Examples
    --------
    >>> import tempfile
    >>> from tests.builders import assume_role, case, user
    >>> con = case(tempfile.mkdtemp(), assume_role(user(), account="444455556666"))
    >>> missing_accounts(con).select("account", "collect").to_pyarrow().to_pylist()
    [{'account': '444455556666', 'collect': ['AWSLogs/444455556666/CloudTrail/us-east-1/']}]

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
    """
    held = events(con)
    timed = held.filter(has_time(held) & ~is_service(held))
    spoken = ibis.union(_callers(timed), _owners(timed), _resources(timed), _named(timed))
    spoken = spoken.filter(spoken.account.re_search(_ACCOUNT))
    delivering = held.filter(held.recipientAccountId.notnull()).select(own="recipientAccountId").distinct()
    unknown = spoken.anti_join(delivering, spoken.account == delivering.own)
    found = (
        unknown.group_by("account")
        .agg(
            rank=lambda t: t.weight.min(),
            why=lambda t: t.why.collect(distinct=True).sort(),
            events=lambda t: t.eventID.nunique(),
            first=lambda t: t.eventTime.min(),
            last=lambda t: t.eventTime.max(),
            principals=lambda t: t.principal.collect(distinct=True).sort()[:5],
            names=lambda t: t.eventName.collect(distinct=True).sort()[:10],
            regions=lambda t: t.awsRegion.collect(distinct=True),
            eventIDs=lambda t: t.eventID.collect(distinct=True).sort()[:20],
            called=lambda t: t.eventID.nunique(where=t.why == _CALLED),
            called_first=lambda t: t.eventTime.min(where=t.why == _CALLED),
            called_last=lambda t: t.eventTime.max(where=t.why == _CALLED),
            called_names=lambda t: _listed(t.eventName, t.why == _CALLED)[:10],
            called_eventIDs=lambda t: _listed(t.eventID, t.why == _CALLED)[:20],
        )
    )
    members = _members(con)
    found = found.left_join(members, found.account == members.member)
    root = "AWSLogs/" + (found.organization + "/").fill_null("") + found.account + "/CloudTrail/"
    # IAM and the global endpoint of STS write in us-east-1, wherever the rest happened
    regions = found.regions.concat(ibis.array(["us-east-1"])).unique().sort()
    return (
        found.mutate(
            collect_from=found["first"].truncate("h"),
            collect_to=(found["last"] + _SESSION).truncate("h") + ibis.interval(hours=1),
            collect=regions.map(lambda region: root + region + "/"),
            ask=ibis.ifelse(found.organization.isnull(), _OWNER, "the keeper of the organization's trail"),
        )
        .order_by("rank", ibis.desc("events"), "account")
        .select(
            "account",
            "why",
            "events",
            "first",
            "last",
            "principals",
            "names",
            "called",
            "called_first",
            "called_last",
            "called_names",
            "called_eventIDs",
            "collect_from",
            "collect_to",
            "collect",
            "ask",
            "eventIDs",
        )
    )


def _listed(values: ir.StringColumn, where: ir.BooleanValue) -> ir.ArrayValue:
    return values.collect(distinct=True, where=where).sort().fill_null(ibis.literal([], "array<string>"))


def _members(con: BaseBackend) -> ir.Table:
    """Return the accounts for which an organization's trail delivered anything, were it a digest alone."""
    files = evidence_files(con)
    held = files.select(
        organization=files.path.re_extract(_MEMBER, 1), member=files.path.re_extract(_MEMBER, 2)
    )
    return held.filter(held.member != "").group_by("member").agg(organization=held.organization.max())


def _spoken(table: ir.Table, account: ir.StringValue, why: str, weight: int) -> ir.Table:
    return table.select(
        "eventTime",
        "eventID",
        "eventName",
        "awsRegion",
        "principal",
        account=account,
        why=ibis.literal(why),
        weight=ibis.literal(weight),
    )


def _callers(timed: ir.Table) -> ir.Table:
    inside = (timed.principal_kind == "account") & (source_kind(timed.sourceIPAddress) == "service")
    people = timed.filter(~inside.fill_null(False))
    return _spoken(people, people.principal_account, _CALLED, 0)


def _owners(timed: ir.Table) -> ir.Table:
    asked = timed.filter(timed.target_role_arn.notnull())
    return _spoken(asked, asked.target_role_arn.split(":")[4], "a role of it was asked for", 0)


def _resources(timed: ir.Table) -> ir.Table:
    single = timed.mutate(resource=timed.resources.unnest())
    owner = ibis.coalesce(single.resource["accountId"], single.resource["arn"].split(":")[4])
    return _spoken(single, owner, "a resource of it was used", 1)


def _named(timed: ir.Table) -> ir.Table:
    asked = timed.filter(is_write(timed) & timed.requestParameters.notnull())
    text = asked.requestParameters.values().join(" ")
    found = asked.mutate(named=_all_matches(text, _NAMED, 1)).filter(lambda t: t.named.length() > 0)
    single = found.mutate(one=found.named.unnest())
    return _spoken(single, single.one, "named in a request", 2)
