"""Filters that keep every column of the events, and the few conditions that other queries share."""

from collections.abc import Iterable
from datetime import UTC, datetime

import ibis
import ibis.expr.types as ir

from workbench.errors import ParameterError

_DENIED_CODES = (
    "AuthorizationError",
    "AuthorizationErrorException",
    "NotAuthorized",
    "UnauthorizedException",
    "ForbiddenException",
)
_READ_NAME = (
    "^(Get|List|Describe|Head|BatchGet|Lookup|Search|Select|Query|Scan|Check|Detect|Estimate|View|Test)[A-Z]?"
)


def is_denied(events: ir.Table) -> ir.BooleanValue:
    """Return the condition "AWS refused this call for want of permission"; never NULL.

    That is an error code that starts with `AccessDenied` or ends with `UnauthorizedOperation`, or one of the
    few names that services use instead. A wrong parameter or a missing resource is an error, not a denial.

    References
    ----------
    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    code = events.errorCode.fill_null("")
    return code.startswith("AccessDenied") | code.endswith("UnauthorizedOperation") | code.isin(_DENIED_CODES)


def is_write(events: ir.Table) -> ir.BooleanValue:
    """Return the condition "this call was meant to change something"; never NULL.

    `readOnly` decides; where the record has no such field (older and partial records), the API name does.
    """
    named = ~events.eventName.fill_null("").re_search(_READ_NAME)
    return ibis.coalesce(~events.readOnly, named)


def is_service(events: ir.Table) -> ir.BooleanValue:
    """Return the condition "an AWS service acted of itself": service callers and service-linked roles.

    References
    ----------
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
    """
    linked = events.principal.contains(":role/aws-service-role/")
    return (events.principal_kind == "service").fill_null(False) | linked


def has_time(events: ir.Table) -> ir.BooleanValue:
    """Return the condition "this event has a time that can be true"; never NULL.

    Years such as 0001 and 9999, which the loader flags as odd, would stretch every time axis beyond use.
    """
    return events.eventTime.notnull() & ~events.flags.contains("odd-time").fill_null(False)


def usable_time(events: ir.Table) -> ir.TimestampValue:
    """Return the event's time where it can be true (`has_time`), else NULL."""
    return ibis.ifelse(has_time(events), events.eventTime, None)


def between(
    events: ir.Table, start: str | datetime | None = None, end: str | datetime | None = None
) -> ir.Table:
    """Keep the events with START <= eventTime < END; an event without a usable time is left out.

    Parameters
    ----------
    events
        The events table.
    start, end
        ISO 8601 text or `datetime`, UTC when there is no offset; None leaves that side open.

    Returns
    -------
    ibis Table
        The same columns.

    Raises
    ------
    ParameterError
        When a time cannot be read, or the end is not after the start.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = table(event(eventTime="2026-09-02T01:00:00Z"), event(eventTime="2026-09-02T02:00:00Z"))
    >>> between(rows, "2026-09-02T01:00:00Z", "2026-09-02T02:00:00Z").count().execute()
    1
    """
    low, high = _utc(start), _utc(end)
    if low is not None and high is not None and high <= low:
        raise ParameterError(f"nothing lies between {low} and {high}: the end must come after the start")
    if low is not None:
        events = events.filter(events.eventTime >= ibis.literal(low, type="timestamp"))
    if high is not None:
        events = events.filter(events.eventTime < ibis.literal(high, type="timestamp"))
    return events


def _utc(time: str | datetime | None) -> datetime | None:
    if time is None:
        return None
    try:
        read = datetime.fromisoformat(time) if isinstance(time, str) else time
    except ValueError as wrong:
        raise ParameterError(f"{time!r} is not a time. Write it as 2024-05-06T07:08:09Z") from wrong
    return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read


def by_principal(events: ir.Table, *principals: str) -> ir.Table:
    """Keep the events of one or more principals, as spelled in the column `principal`.

    Examples
    --------
    >>> from tests.builders import event, table, user
    >>> rows = table(event(userIdentity=user("alice")), event(userIdentity=user("bob")))
    >>> by_principal(rows, "arn:aws:iam::111122223333:user/bob").count().execute()
    1
    """
    return one_of(events, "principal", principals)


def by_account(events: ir.Table, *accounts: str) -> ir.Table:
    """Keep the events that one or more accounts received (`recipientAccountId`).

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = table(event(), event(recipientAccountId="444455556666"))
    >>> by_account(rows, "444455556666").count().execute()
    1
    """
    return one_of(events, "recipientAccountId", accounts)


def denied(events: ir.Table) -> ir.Table:
    """Keep the calls that AWS refused for want of permission; see `is_denied`.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = table(event(errorCode="AccessDenied"), event(errorCode="NoSuchBucket"), event())
    >>> denied(rows).errorCode.execute().tolist()
    ['AccessDenied']
    """
    return events.filter(is_denied(events))


def failed(events: ir.Table) -> ir.Table:
    """Keep the calls that ended in any error, refused ones included.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = table(event(errorCode="AccessDenied"), event(errorCode="NoSuchBucket"), event())
    >>> sorted(failed(rows).errorCode.execute())
    ['AccessDenied', 'NoSuchBucket']
    """
    return events.filter(events.errorCode.notnull())


def writes(events: ir.Table) -> ir.Table:
    """Keep the calls that were meant to change something; see `is_write`.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = table(event(eventName="CreateUser"), event(eventName="ListUsers"))
    >>> writes(rows).eventName.execute().tolist()
    ['CreateUser']
    """
    return events.filter(is_write(events))


def human(events: ir.Table) -> ir.Table:
    """Leave out what AWS services did of themselves; people, pipelines and workloads stay.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> service = {"type": "AWSService", "invokedBy": "config.amazonaws.com"}
    >>> rows = table(event(), event(userIdentity=service))
    >>> human(rows).principal.execute().tolist()
    ['arn:aws:iam::111122223333:user/alice']
    """
    return events.filter(~is_service(events))


def one_of(events: ir.Table, name: str, values: Iterable[str]) -> ir.Table:
    """Keep the rows whose column is one of the values.

    Values out of logs travel as data, never as text of a query: a NUL byte would end the query's text.
    """
    listed = ibis.memtable([(value,) for value in values], schema={"listed": "string"})
    return events.semi_join(listed, column(events, name) == listed.listed)


def column(events: ir.Table, name: str) -> ir.Column:
    """Return a column by its name.

    Raises
    ------
    ParameterError
        When the table has no such column; the message lists those that can be grouped by.
    """
    if name not in events.columns:
        known = ", ".join(sorted(known for known, kind in events.schema().items() if kind.is_string()))
        raise ParameterError(f"no column {name!r} in this table. Take one of: {known}")
    return events[name]
