"""What each principal or person did for the first time, and in which hours most of it came together."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from workbench import queries
from workbench.detections.outside.found import attributed
from workbench.detections.outside.networks import addresses
from workbench.detections.reading.ip import network_of
from workbench.queries.filters import has_time, is_denied, is_write

ATTRIBUTES = (
    "eventName", "eventSource", "awsRegion", "sourceIPAddress", "ip_network", "userAgent",
    "user_agent_family", "role_arn", "recipientAccountId",
)  # fmt: skip
_RANKED = (
    "eventName", "eventSource", "awsRegion", "ip_network", "user_agent_family", "role_arn",
    "recipientAccountId",
)  # fmt: skip
_TOLD = 5  # values that a reason spells out
_TOOLS = ("Terraform", "OpenTofu", "Pulumi")  # behind the name of the SDK that they are made with
_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


def first_seen(
    events: ir.Table,
    *,
    attributes: Sequence[str] = ATTRIBUTES,
    per: str = "principal",
    history: str = "7d",
) -> ir.Table:
    """Return what was new to each principal, or to each person behind them.

    Newness is no verdict: it says where habit ends.

    Parameters
    ----------
    events
        The whole events table: what was filtered away before cannot prove a history.
    attributes
        Columns to look at, and two made from them: `ip_network` (/24, and /48 of IPv6) and
        `user_agent_family` (the tool without its version). An absent value is no value, and the name of an
        AWS service is no source address.
    per
        `principal`; or `origin_principal`: events without a proven origin are then nobody's.
    history
        How long the principal must have been known for a value to count as new.

    Returns
    -------
    ibis Table
        The column `per`, `attribute`, `value`, `first_time` (naive UTC), `eventID` of that first event,
        `history_days` (from the first event of the principal to `first_time`), `state`: `new` when that is
        `history` or more, else `no history`. Ordered by `first_time`, `per`, `attribute`, `value`.

    Raises
    ------
    ParameterError
        When a column or the span is unknown.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = table(
    ...     event(eventTime="2026-09-02T04:00:00Z"),
    ...     event(eventTime="2026-09-09T04:00:00Z", sourceIPAddress="198.51.100.8", userAgent="curl/8"),
    ... )
    >>> seen = first_seen(rows, attributes=["sourceIPAddress", "ip_network", "user_agent_family"])
    >>> seen.filter(seen.state == "new").select("attribute", "value").to_pyarrow().to_pylist()
    [{'attribute': 'sourceIPAddress', 'value': '198.51.100.8'},
     {'attribute': 'user_agent_family', 'value': 'curl'}]
    """
    return queries.first_seen(_described(events, per), attributes=attributes, per=per, history=history)


def rare_hours(events: ir.Table, *, per: str = "principal", history: str = "7d") -> ir.Table:
    """Rank the hours in which a principal did most that was new to it and rare among all.

    Each new value counts for the call that brought it: a read 1, a write 2; twice that for a call in
    `SENSITIVE_CALLS`, half for one that was refused; divided by the number of principals that have the value.

    Parameters
    ----------
    events
        The whole events table.
    per, history
        As of `first_seen`.

    Returns
    -------
    ibis Table
        `rank` (1 is the rarest hour), the column `per`, `hour` (naive UTC), `score`, `new_values`, `reason`
        (what was new, with how many have it), `history_days` (at the first of them), `state`, `eventIDs` (of
        those calls). Hours with `no history` have no rank and no score, and come last.

    Raises
    ------
    ParameterError
        When the column or the span is unknown.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = table(
    ...     event(eventTime="2026-09-02T04:00:00Z"),
    ...     event(eventTime="2026-09-09T04:00:00Z", eventName="CreateAccessKey"),
    ... )
    >>> ranked = rare_hours(rows)
    >>> ranked.select("rank", "score", "reason").to_pyarrow().to_pylist()  # doctest: +NORMALIZE_WHITESPACE
    [{'rank': 1, 'score': 4.0, 'reason': 'eventName CreateAccessKey (write, sensitive; 1 has it)'},
     {'rank': None, 'score': None, 'reason': 'no history: known for 0.0 days'}]
    """
    described = _described(events, per)
    seen = queries.first_seen(described, attributes=_RANKED, per=per, history=history)
    having = seen.group_by("attribute", "value").agg(having=lambda t: t.count())
    weighed = _weighed(seen.inner_join(having, ["attribute", "value"]), described, per)
    weighed = weighed.mutate(hour=weighed.first_time.truncate("h"))
    new = _hours(weighed.filter(weighed.state == "new"), per)
    quiet = weighed.filter(weighed.state != "new").anti_join(new, [per, "hour"])
    days = quiet.group_by(per, "hour").agg(
        history_days=quiet.history_days.min(), new_values=ibis.literal(0, "int64")
    )
    unknown = days.mutate(
        rank=ibis.null("int64"),
        score=ibis.null("float64"),
        reason=ibis.literal("no history: known for ") + days.history_days.round(1).cast("string") + " days",
        state=ibis.literal("no history"),
        eventIDs=ibis.null("array<string>"),
    )
    return ibis.union(new, unknown.select(*new.columns)).order_by(
        ibis.asc("rank", nulls_first=False), "hour", per
    )


def _described(events: ir.Table, per: str) -> ir.Table:
    """Add the network and the family of the user agent, and the origin where it is asked for."""
    rows = attributed(events) if per == "origin_principal" else events
    known = [(text, network_of(address)) for text, address in addresses(events).items()]
    networks = ibis.memtable(known, schema={"of_address": "string", "ip_network": "string"})
    joined = rows.left_join(networks, rows.sourceIPAddress == networks.of_address).drop("of_address")
    return joined.mutate(user_agent_family=user_agent_family(joined.userAgent))


def user_agent_family(agent: ir.StringValue) -> ir.StringValue:
    """Return the tool that a user agent names, without its version: `aws-cli`, `Terraform`, `Chrome`.

    What wraps another tool (Terraform, Pulumi) counts, not the SDK it is made with; a browser is no other
    browser, though most name three.
    """
    tools = [(agent.lower().contains(tool.lower()), tool) for tool in _TOOLS]
    browsers = [(agent.contains("Mozilla/") & agent.contains(sign), name) for sign, name in _BROWSERS]
    first = agent.re_extract(r"^\s*\[?\s*([^/\s,\[\]]+)", 1)
    return ibis.cases(
        (agent == "AWS Internal", "AWS Internal"),
        *tools,
        *browsers,
        else_=ibis.ifelse(first == "", agent, first),
    )


def _weighed(seen: ir.Table, events: ir.Table, per: str) -> ir.Table:
    """Add `weight` and `told` to first occurrences: what the call is worth, and the words for it."""
    calls = events.filter(has_time(events) & events[per].notnull())
    calls = calls.select(per, "eventID", write=is_write(calls), refused=is_denied(calls)).distinct()
    calls = calls.group_by(per, "eventID").agg(write=calls.write.any(), refused=calls.refused.any())
    sensitive = queries.sensitive_calls(events).select("eventID").distinct().mutate(sensitive=True)
    rows = seen.left_join(calls, [per, "eventID"]).drop(f"{per}_right", "eventID_right")
    rows = rows.left_join(sensitive, "eventID").drop("eventID_right")
    worth = ibis.ifelse(rows.write, 2.0, 1.0) * ibis.ifelse(rows.sensitive.notnull(), 2, 1)
    weight = worth * ibis.ifelse(rows.refused, 0.5, 1.0) / rows.having
    told = (
        rows.attribute + " " + rows.value + ibis.ifelse(rows.write, " (write", " (read")
        + ibis.ifelse(rows.sensitive.notnull(), ", sensitive", "") + ibis.ifelse(rows.refused, ", denied", "")
        + "; " + rows.having.cast("string") + ibis.ifelse(rows.having == 1, " has it)", " have it)")
    )  # fmt: skip
    return rows.mutate(weight=weight, told=told)


def _hours(new: ir.Table, per: str) -> ir.Table:
    order = [ibis.desc(new.weight), new.attribute, new.value]
    hours = new.group_by(per, "hour").agg(
        score=new.weight.sum(),
        new_values=new.count(),
        listed=new.told.collect(order_by=order),
        history_days=new.history_days.min(),
        eventIDs=new.eventID.collect(distinct=True),
    )
    more = hours.new_values - _TOLD
    reason = hours.listed[:_TOLD].join("; ") + ibis.ifelse(
        more > 0, ibis.literal("; and ") + more.cast("string") + " more", ""
    )
    place = ibis.row_number().over(order_by=[ibis.desc(hours.score), hours.hour, hours[per]]) + 1
    return hours.select(
        per, "hour", "score", "new_values", "history_days",
        rank=place.cast("int64"), reason=reason, state=ibis.literal("new"), eventIDs=hours.eventIDs.sort(),
    ).relocate("rank")  # fmt: skip
