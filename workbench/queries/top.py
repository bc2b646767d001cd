"""Top tables: the values of a column, and source addresses."""

import ibis
import ibis.expr.types as ir

from workbench.errors import ParameterError
from workbench.queries.filters import column, is_denied, usable_time

_CARRIED = r"(?:(?i:::ffff:))?"  # an IPv4 address inside of IPv6 (RFC 4291, section 2.5.5.2)
_PRIVATE = (
    rf"^({_CARRIED}(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.|127\.|169\.254\.)|f[cd][0-9a-f]{{2}}:|fe80:)"
)
_ADDRESS = r"^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$"


def top(events: ir.Table, by: str, *, n: int = 15) -> ir.Table:
    """Return the most frequent values of a column.

    Parameters
    ----------
    events
        The events table.
    by
        Column to count; a record without it is not counted.
    n
        Number of rows.

    Returns
    -------
    ibis Table
        The column `by`, `events`, `denied` (numbers of calls), `share` (of all counted calls, 0 to 1),
        `principals` (distinct), `first`, `last` (naive UTC); most events first, equal numbers by value.

    Raises
    ------
    ParameterError
        When the column is unknown or `n` is not positive.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = table(event(eventName="ListUsers"), event(eventName="ListUsers"), event(eventName="GetUser"))
    >>> top(rows, "eventName", n=1).select("eventName", "events").to_pyarrow().to_pylist()
    [{'eventName': 'ListUsers', 'events': 2}]
    """
    if n < 1:
        raise ParameterError(f"top {n} has no rows. Ask for 1 or more")
    held = events.filter(column(events, by).notnull())
    counted = (
        held.mutate(refused=is_denied(held), at=usable_time(held), _who=held.principal)
        .group_by(by)
        .agg(
            events=lambda t: t.count(),
            denied=lambda t: t.count(where=t.refused),
            principals=lambda t: t["_who"].nunique(),
            first=lambda t: t["at"].min(),
            last=lambda t: t["at"].max(),
        )
        .mutate(share=lambda t: t.events / t.events.sum().over(ibis.window()))
    )
    shown = counted.select(by, "events", "denied", "share", "principals", "first", "last")
    return shown.order_by(ibis.desc("events"), by).limit(n)


def sources(events: ir.Table) -> ir.Table:
    """Tell where calls came from.

    Parameters
    ----------
    events
        The events table; a record without `sourceIPAddress` is left out.

    Returns
    -------
    ibis Table
        `sourceIPAddress`; `source_kind`: `address`, `private` (not routed on the internet), `service` (an AWS
        service name or `AWS Internal`: the call came from inside AWS), `other` (text that is no address);
        `events`, `denied`; `principals`, `accounts`, `agents` (distinct callers, receiving accounts, user
        agents); `first`, `last` (naive UTC), `eventID` of the first call. Most principals first, then events.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = table(event(sourceIPAddress="203.0.113.9"), event(sourceIPAddress="ec2.amazonaws.com"))
    >>> sources(rows).select("sourceIPAddress", "source_kind").to_pyarrow().to_pylist()
    [{'sourceIPAddress': '203.0.113.9', 'source_kind': 'address'},
     {'sourceIPAddress': 'ec2.amazonaws.com', 'source_kind': 'service'}]

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    held = events.filter(events.sourceIPAddress.notnull())
    return (
        held.mutate(refused=is_denied(held), at=usable_time(held))
        .group_by("sourceIPAddress")
        .agg(
            events=lambda t: t.count(),
            denied=lambda t: t.count(where=t.refused),
            principals=lambda t: t.principal.nunique(),
            accounts=lambda t: t.recipientAccountId.nunique(),
            agents=lambda t: t.userAgent.nunique(),
            first=lambda t: t["at"].min(),
            last=lambda t: t["at"].max(),
            eventID=lambda t: t.eventID.first(order_by=[t["at"], t.eventID]),
        )
        .mutate(source_kind=lambda t: source_kind(t.sourceIPAddress))
        .relocate("source_kind", after="sourceIPAddress")
        .order_by(ibis.desc("principals"), ibis.desc("events"), "sourceIPAddress")
    )


def source_kind(address: ir.StringValue) -> ir.StringValue:
    """Return what a `sourceIPAddress` is: `service`, `private`, `address` or `other`."""
    return ibis.cases(
        (address.endswith(".amazonaws.com") | (address == "AWS Internal"), "service"),
        (address.re_search(_PRIVATE), "private"),
        (address.re_search(_ADDRESS), "address"),
        else_="other",
    )
