"""What one would tell of hits: who it really was, each rule once, and what became of the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.detections.alerts import place_of
from workbench.detections.outside.found import attributed
from workbench.queries.attribution.model import REASONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from workbench.detections.running import Outcome

_SPELLED = 4  # refused rules, or unused suppressions, that a sentence spells out


def people(events: ir.Table) -> ir.Table:
    """Return the events with `origin`: who it really was, as far as that is proven.

    Parameters
    ----------
    events
        The whole events table.

    Returns
    -------
    ibis Table
        The columns of `wb.with_origin` that ranking needs, without the records, and: `origin`, who is proven
        to stand behind the call; where nobody is, or only an AWS service, the principal itself. `proof`: how
        sure that is, or why it is not proven, in words. `who`: the origin as people call it.

    Examples
    --------
    >>> from tests.builders import assume_role, role_event, table, user
    >>> rows = people(table(assume_role(user(), key="ASIA1"), role_event(key="ASIA1")))
    >>> rows.select("who", "proof").distinct().to_pyarrow().to_pylist()
    [{'who': 'user alice (111122223333)', 'proof': 'certain'}]
    """
    rows = attributed(events)
    proven = rows.origin_principal.notnull() & (rows.origin_kind != "service").fill_null(True)
    likely = ibis.literal("; likely ") + rows.likely_principal
    proof = ibis.cases(
        (proven, rows.origin_confidence),
        (rows.origin_principal.notnull(), ibis.literal("run by ") + rows.origin_principal),
        else_="not proven" + (": " + _in_words(rows.origin_reason)).fill_null("") + likely.fill_null(""),
    )
    origin = ibis.ifelse(proven, rows.origin_principal, rows.principal)
    who = rows.select(*_NEEDED, "session_name", "origin_kind", origin=origin, proof=proof)
    names = _names(who)
    both = who.left_join(names, who.origin == names.named)
    return both.select(*_NEEDED, "origin", "proof", who=ibis.coalesce(both.known_as, _short(both.origin)))


def _in_words(reason: ir.StringValue) -> ir.StringValue:
    return ibis.cases(*((reason == code, words) for code, words in REASONS.items()), else_=reason)


def _names(who: ir.Table) -> ir.Table:
    """Return what we call those of whom the records hold an id.

    Users of Identity Center as it calls them: it names the sessions of its own roles by them. Callers from
    other accounts by their account as well: their id alone does not say whose it is.
    """
    own = who.role_arn.contains(":role/aws-reserved/sso.amazonaws.com/")
    center = who.filter((who.origin_kind == "identity_center_user") & own & who.session_name.notnull())
    foreign = who.filter((who.principal_kind == "account") & (who.origin == who.principal))
    foreign = foreign.filter(foreign.origin != foreign.principal_account)
    called = foreign.origin + " (" + foreign.principal_account + ")"
    both = ibis.union(
        center.select(named="origin", known_as="session_name"),
        foreign.select(named="origin", known_as=called),
    )
    return both.group_by("named").agg(known_as=both.known_as.max())


def _short(principal: ir.StringValue) -> ir.StringValue:
    """Say a principal as people do, as `wb.briefing.answer` does for `{principal:short}`."""
    parts = r"^arn:[^:]*:(?:iam|sts)::(\d*):(?:([\w-]+)/(?:[^/]+/)*)?([^/]+)$"
    account, kind, name = (principal.re_extract(parts, place) for place in (1, 2, 3))
    told = (kind + " " + name).strip() + " (" + account + ")"
    return ibis.ifelse(principal.re_search(parts), told, principal)


_NEEDED = (
    "eventID", "eventTime", "eventName", "eventSource", "awsRegion", "sourceIPAddress", "userAgent",
    "role_arn", "recipientAccountId", "principal", "principal_kind", "principal_account", "readOnly",
    "errorCode", "errorMessage", "access_key_id", "requestParameters", "flags", "source_file", "source_index",
)  # fmt: skip


def by_rule(hits: ir.Table, who: ir.Table, ranked: ir.Table | None = None) -> ir.Table:
    """Return a row per rule and person: what one would tell of it, the gravest first.

    Parameters
    ----------
    hits
        What `run` returned.
    who
        What `people` returned.
    ranked
        What `rank_origins` returned: of alerts of one severity, those of the first person come first; without
        it, those of the first time.

    Returns
    -------
    ibis Table
        `severity` (the highest), `title`, `who`, `origin`, `proof` (of `people`), `hits`, `first_time`,
        `last_time` (naive UTC), `occurred` (how often and when, in words), `reason` (of the first hit that is
        worth most), `eventID` (of that hit), `eventIDs` (of all events of all hits), `rule_id`, `tactic`,
        `confidence` (of a finding that rests on it: `high` from severity high on, `medium`, else `low`).

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tests.builders import event, table
    >>> from workbench.detections import load_rules, run
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "off.yml").write_text("detection: {a: {eventName: StopLogging}, condition: a}")
    >>> events = table(event(eventName="StopLogging", eventTime="2026-09-02T04:00:00Z"))
    >>> by_rule(run(events, load_rules(folder)), people(events)).occurred.to_pyarrow().to_pylist()
    ['once, at 2026-09-02 04:00:00 UTC']
    """
    known = who.group_by("eventID").agg(who=who.who.min(), origin=who.origin.min(), proof=who.proof.min())
    rows = hits.inner_join(known, "eventID")
    rows = rows.mutate(place=place_of(rows.severity))
    worst = [ibis.desc(rows.place), rows.eventTime, rows.eventID]
    told = rows.group_by("rule_id", "title", "tactic", "origin", "who").agg(
        place=rows.place.max(),
        proof=rows.proof.first(order_by=worst),
        severity=rows.severity.first(order_by=worst),
        hits=rows.count(),
        first_time=rows.eventTime.min(),
        last_time=rows.eventTime.max(),
        reason=rows.reason.first(order_by=worst),
        eventID=rows.eventID.first(order_by=worst),
        eventIDs=rows.eventIDs.collect().flatten().unique().sort(),
    )
    confidence = ibis.cases((told.place >= 3, "high"), (told.place == 2, "medium"), else_="low")
    told = told.mutate(occurred=_occurred(told), confidence=confidence, rank=ibis.literal(0))
    if ranked is not None:
        told = told.drop("rank").left_join(ranked.select("origin", "rank"), "origin").drop("origin_right")
    return (
        told.order_by(ibis.desc("place"), ibis.asc("rank"), "first_time", "rule_id", "origin")
        .select(
            "severity", "title", "who", "origin", "proof", "hits", "first_time", "last_time", "occurred",
            "reason", "eventID", "eventIDs", "rule_id", "tactic", "confidence",
        )
    )  # fmt: skip


def _occurred(told: ir.Table) -> ir.StringValue:
    first, last = (told[name].strftime("%Y-%m-%d %H:%M:%S UTC") for name in ("first_time", "last_time"))
    often = told.hits.cast("string") + " times"
    return ibis.cases(
        (told.hits == 1, ibis.literal("once, at ") + first),
        (told.first_time == told.last_time, often + ", at " + first),
        else_=often + ", from " + first.replace(" UTC", "") + " to " + last,
    )


def told(outcome: Outcome) -> ir.Table:
    """Say what became of rules and hits in one row: that a rule was refused is not that it found nothing.

    Returns
    -------
    ibis Table
        `ran`, `refused` (numbers of rules), `refusals` (each refused rule with its reason), `hits`,
        `lowered` (hits that are worth less than their rule says), `suppressed` (hits that were expected),
        `unused` (each suppression that fitted no hit), `told` (all of it in sentences).

    Examples
    --------
    >>> from tests.builders import event, table
    >>> from workbench.detections import Rule, examine
    >>> outcome = examine(table(event()), [Rule("a", "A", refused="unknown field x")])
    >>> told(outcome).told.to_pyarrow().to_pylist()
    ['No rule ran. 1 was refused, so it looked at nothing: A (unknown field x).']
    """
    refused = [f"{rule.title} ({rule.reason})" for rule in outcome.rules if rule.status == "refused"]
    ran = len(outcome.rules) - len(refused)
    rows = outcome.hits.select("severity", "rule_level", "reason").to_pyarrow().to_pylist()
    suppressed = sum("suppressed: " in row["reason"] for row in rows)
    lowered = sum(row["severity"] != row["rule_level"] for row in rows) - suppressed
    unused = list(map(str, outcome.unused))
    empty = [f"Empty {told}." for told in outcome.empty]
    said = " ".join([_outcome(ran, refused, len(rows), lowered, suppressed), *_idle(unused), *empty])
    row = (ran, len(refused), refused, len(rows), lowered, suppressed, unused, said)
    return ibis.memtable([row], schema=_TOLD_COLUMNS)


_TOLD_COLUMNS = {
    "ran": "int64", "refused": "int64", "refusals": "array<string>", "hits": "int64", "lowered": "int64",
    "suppressed": "int64", "unused": "array<string>", "told": "string",
}  # fmt: skip


def _outcome(ran: int, refused: Sequence[str], hits: int, lowered: int, suppressed: int) -> str:
    """Put the numbers into sentences."""
    said = [f"{_count(ran, 'rule')} ran, with {_count(hits, 'hit')}." if ran else "No rule ran."]
    if lowered:
        verb, whose = ("is", "its") if lowered == 1 else ("are", "their")
        said.append(f"{lowered:,} of them {verb} worth less than {whose} rule says; each reason says why.")
    if suppressed:
        verb = "was" if suppressed == 1 else "were"
        said.append(f"{suppressed:,} {verb} suppressed as expected, and stand as informational.")
    if refused:
        verb = "was refused, so it" if len(refused) == 1 else "were refused, so they"
        said.append(f"{len(refused):,} {verb} looked at nothing: {'; '.join(refused[:_SPELLED])}.")
    elif ran:
        said.append("None was refused.")
    return " ".join(said)


def _idle(unused: Sequence[str]) -> list[str]:
    """Say which suppressions fitted nothing: one of them may be spelled wrong."""
    if not unused:
        return []
    verb = "fits" if len(unused) == 1 else "fit"
    return [f"{_count(len(unused), 'suppression')} {verb} no hit: {'; '.join(unused[:_SPELLED])}."]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
