"""Findings of Amazon GuardDuty out of the user's export, joined to the events they are about.

References
----------
https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Finding.html
https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_cloudwatch.html
"""

import datetime as dt
import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import msgspec

from workbench.detections.outside.found import Kind, as_hits, attributed
from workbench.detections.outside.networks import alike
from workbench.detections.reading.ip import parsed
from workbench.errors import ParameterError, visible
from workbench.queries.filters import has_time
from workbench.queries.steps import seconds

_SEVERITIES = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (1.0, "low"))
_FINDINGS = {
    "finding": "string", "type": "string", "title": "string", "severity": "string", "account": "string",
    "region": "string", "first": "timestamp(6)", "last": "timestamp(6)", "access_key": "string",
    "principal_id": "string", "instance": "string", "address": "string", "api": "string", "service": "string",
    "path": "string",
}  # fmt: skip
_WAYS = (
    ("access key", "access_key", "by_key"), ("principal", "principal_id", "by_principal"),
    ("instance", "instance", "by_instance"), ("address", "address", "by_address"),
)  # fmt: skip
FINDING = Kind("guardduty", "GuardDuty finding", "medium", "", "")
_LARGEST = 512 * 2**20
_DEEPEST = 6  # lists and envelopes inside of each other


def findings(path: str | Path) -> ir.Table:
    """Read GuardDuty findings out of a file.

    Parameters
    ----------
    path
        JSON, plain or gzip: a list, JSON Lines (exports to S3), an answer of `get-findings`, or EventBridge
        events. The names of fields may begin with a capital, as the API's, or not, as in exports.

    Returns
    -------
    ibis Table
        `finding` (id), `type`, `title`, `severity` (word of ours), `account`, `region`,
        `first`, `last` (naive UTC), `access_key`, `principal_id`, `instance`, `address` (of the remote
        side), `api`, `service`, `path`.

    Raises
    ------
    ParameterError
        There is no such file, it is no JSON, or something in it is no finding: the message says where.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "findings.jsonl"
    >>> _ = path.write_text('{"id": "f1", "type": "Recon:IAMUser/MaliciousIPCaller", "severity": 5}')
    >>> findings(path).select("finding", "severity").to_pyarrow().to_pylist()
    [{'finding': 'f1', 'severity': 'medium'}]
    """
    path = Path(path)
    rows = [_row(one, number, path) for number, one in enumerate(_unpacked(_read(path), path), 1)]
    return ibis.memtable([tuple(row[name] for name in _FINDINGS) for row in rows], schema=_FINDINGS)


def guardduty(events: ir.Table, path: str | Path, *, slack: str = "5m") -> ir.Table:
    """Join findings of GuardDuty to the events they are about.

    An event belongs to a finding of its account when it lies in the finding's time, and its access key,
    principal, instance or source address is the finding's. Of those, the events that match in most ways (the
    API counts, too) are the finding's; the reason says which ways.

    Parameters
    ----------
    events
        The whole events table.
    path
        As of `findings`.
    slack
        How much earlier and later than the finding says an event may be.

    Returns
    -------
    ibis Table
        Hits, as of `run`, one for each finding, at its first event; `eventIDs` holds all. A finding without
        an event in the evidence stays, without `eventID`, at the time GuardDuty gives. `rule_id` is the
        type of the finding.

    Raises
    ------
    ParameterError
        The file cannot be read, or the span of time.

    Examples
    --------
    >>> import tempfile
    >>> from tests.builders import event, table
    >>> path = Path(tempfile.mkdtemp()) / "findings.json"
    >>> told = {"id": "f1", "type": "Recon:IAMUser/MaliciousIPCaller", "severity": 8, "title": "Recon",
    ...     "resource": {"accessKeyDetails": {"accessKeyId": "AKIAIOSFODNN7EXAMPLE"}},
    ...     "service": {"eventFirstSeen": "2026-09-02T04:00:00Z", "eventLastSeen": "2026-09-02T05:00:00Z"}}
    >>> _ = path.write_text(json.dumps([told]))
    >>> hits = guardduty(table(event()), path)
    >>> hits.select("severity", "reason").to_pyarrow().to_pylist()
    [{'severity': 'high', 'reason': 'GuardDuty finding f1: Recon; 1 event by access key'}]
    """
    told = findings(path).mutate(number=ibis.row_number())
    told = told.mutate(
        first=ibis.coalesce(told["first"], told["last"]), last=ibis.coalesce(told["last"], told["first"])
    )
    matched = _matched(_pairs(attributed(events), told, seconds(slack)))
    joined = told.left_join(matched, told.number == matched.of)
    count = joined.events.cast("string") + ibis.ifelse(joined.events == 1, " event by ", " events by ")
    found = ibis.coalesce(count + joined.ways, "no event of it in the evidence")
    return as_hits(
        joined.mutate(
            rule_id=joined["type"],
            eventTime=ibis.coalesce(joined.eventTime, joined["first"]),
            reason=ibis.literal("GuardDuty finding ") + joined.finding + ": " + joined.title + "; " + found,
            rule_level=joined.severity,
            eventIDs=ibis.coalesce(joined.eventIDs, ibis.literal([], type="array<string>")),
            tactic=ibis.null("string"),
            technique=ibis.null("string"),
        ),
        FINDING,
    )


def _pairs(events: ir.Table, told: ir.Table, slack: int) -> ir.Table:
    """Return each event of a finding's time and account with each way in which it matches the finding."""
    timed = events.filter(has_time(events))
    timed = alike(timed)
    timed = timed.select(
        "eventID", "eventTime", "eventName", "principal", "origin_principal", "recipientAccountId",
        by_key=timed.access_key_id, by_principal=timed.userIdentity.principalId,
        by_instance=timed.session_name, by_address=timed.sourceIPAddress,
    )  # fmt: skip
    wanted = told.select("number", "first", "last", "account", "api", *(mine for _, mine, _ in _WAYS))
    joined = ibis.union(*(
        wanted.inner_join(timed, wanted[mine] == timed[theirs]).mutate(way=ibis.literal(way))
        for way, mine, theirs in _WAYS
    ))  # fmt: skip
    gap = ibis.interval(seconds=slack)
    return joined.filter(
        (joined.eventTime >= joined["first"] - gap) & (joined.eventTime <= joined["last"] + gap)
        & (joined.account.isnull() | (joined.account == joined.recipientAccountId))
    )  # fmt: skip


def _matched(pairs: ir.Table) -> ir.Table:
    """Return for each finding the events that match it in most ways, as one row."""
    same_api = (pairs.api == pairs.eventName).fill_null(False)
    kept = ["number", "eventID", "eventTime", "principal", "origin_principal"]
    each = (
        pairs.mutate(same_api=same_api)
        .group_by(kept)
        .agg(
            ways=lambda t: t.way.collect(distinct=True).sort().join(", "),
            score=lambda t: t.way.nunique() + t.same_api.any().cast("int64"),
            same_api=lambda t: t.same_api.any(),
        )
    )
    most = each.score.max().over(ibis.window(group_by="number"))
    best = each.mutate(most=most).filter(ibis._.score == ibis._.most)
    order = [best.eventTime, best.eventID]
    return best.group_by(of="number").agg(
        events=best.count(),
        eventIDs=best.eventID.collect(order_by=order),
        ways=best.ways.first(order_by=order) + ibis.ifelse(best.same_api.any(), ", API", ""),
        **{name: best[name].first(order_by=order, include_null=True) for name in kept[1:]},
    )


def _read(path: Path) -> Any:
    """Return the JSON of a file: one value, or a list of the values of its lines."""
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            with gzip.open(path) as inflated:
                data = inflated.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise ParameterError(f"{path} holds more than {_LARGEST:,} bytes. Split the export")
        text = data.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as wrong:
        raise ParameterError(
            f"{path} cannot be read as JSON ({wrong}). Name an export of findings"
        ) from wrong
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return [_line(line, number, path) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _line(line: str, number: int, path: Path) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError) as wrong:
        raise ParameterError(
            f"{path}: line {number} is no JSON ({wrong}). Name an export of findings"
        ) from wrong


def _unpacked(told: Any, path: Path, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield findings out of lists, answers of the API and envelopes of EventBridge."""
    if isinstance(told, list):
        for one in told:
            yield from _unpacked(one, path, depth + 1)
        return
    held = _plain(told) if isinstance(told, dict) else {}
    inside = next(
        (held[name] for name in ("findings", "detail") if isinstance(held.get(name), list | dict)), None
    )
    if inside is not None and depth < _DEEPEST:
        yield from _unpacked(inside, path, depth + 1)
    elif all(isinstance(held.get(name), str) and held[name] for name in ("type", "id")):
        yield held
    else:
        shown = visible(json.dumps(told)[:80])
        raise ParameterError(
            f"{path} holds what is no finding of GuardDuty: {shown}. Take it out of the file"
        )


def _plain(told: Any) -> Any:
    """Spell names of fields as exports do: the API's answers begin them with a capital."""
    if isinstance(told, dict):
        return {str(name)[:1].lower() + str(name)[1:]: _plain(value) for name, value in told.items()}
    return [_plain(one) for one in told] if isinstance(told, list) else told


def _row(told: dict[str, Any], number: int, path: Path) -> dict[str, Any]:
    service, key = _at(told, "service"), _at(told, "resource", "accessKeyDetails")
    action = _at(service, "action", "awsApiCallAction")
    remote = _at(action, "remoteIpDetails") or _at(
        service, "action", "networkConnectionAction", "remoteIpDetails"
    )
    texts = {
        "finding": told.get("id"), "type": told.get("type"), "title": told.get("title") or told.get("type"),
        "account": told.get("accountId"), "region": told.get("region"), "access_key": key.get("accessKeyId"),
        "principal_id": key.get("principalId"),
        "instance": _at(told, "resource", "instanceDetails").get("instanceId"),
        "address": _alike(remote.get("ipAddressV4") or remote.get("ipAddressV6")), "api": action.get("api"),
        "service": action.get("serviceName"),
    }  # fmt: skip
    place = f"{path}, finding {number}"
    return {name: value if isinstance(value, str) and value else None for name, value in texts.items()} | {
        "severity": _severity(told.get("severity"), place),
        "first": _time(service.get("eventFirstSeen") or told.get("createdAt"), place),
        "last": _time(service.get("eventLastSeen") or told.get("updatedAt"), place),
        "path": str(path),
    }


def _alike(address: Any) -> Any:
    return str(parsed(address) or address) if isinstance(address, str) else None


def _at(told: dict[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        inside = told.get(name)
        told = inside if isinstance(inside, dict) else {}
    return told


def _severity(number: Any, place: str) -> str:
    if not isinstance(number, int | float) or isinstance(number, bool):
        raise ParameterError(f"{place}: severity {visible(number)} is no number. Mend the export")
    return next((word for least, word in _SEVERITIES if number >= least), "informational")


def _time(text: Any, place: str) -> dt.datetime | None:
    if text is None:
        return None
    try:
        read = dt.datetime.fromisoformat(text)
        return read.astimezone(dt.UTC).replace(tzinfo=None) if read.tzinfo else read
    except (TypeError, ValueError, OverflowError) as wrong:
        raise ParameterError(f"{place}: {visible(text)} is no time. Mend the export") from wrong
