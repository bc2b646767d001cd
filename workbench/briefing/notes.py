"""Findings: a statement, its proof, how sure it is, and what the evidence does not cover."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from workbench.briefing import ledger
from workbench.briefing.answers import filled
from workbench.briefing.citing import NAMES_KEPT, cited_facts
from workbench.briefing.values import cell_text, in_order, sql_text
from workbench.errors import ParameterError
from workbench.events import case_folder
from workbench.events import events as case_events

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

CONFIDENCES = ("certain", "high", "medium", "low")


@dataclass(frozen=True)
class Finding:
    """One noted statement with the facts that were computed from its events.

    Attributes
    ----------
    statement, question, not_covered : str
        What is said, the question it answers, and what the evidence cannot say.
    confidence : str
        ``certain``, ``high``, ``medium`` or ``low``.
    key : str or None
        A later note of the same key replaces this one.
    events : int or None
        How many events prove it; 0: looked for and not found; None: a statement without events.
    event_ids : tuple of str
        The first 1,000 of them, in time order; the query gives all.
    first, last : str
        Time of the first and the last event (UTC), empty without events.
    principals, accounts, origins, likely : tuple of str
        Callers by number of events; the recipient accounts; whoever the callers are proved back to, and
        whoever is likely behind them, where the events carried these columns.
    addresses : tuple of str
        Where the calls came from, by number of events; at most 1,000.
    query : str
        SQL that selects the events.
    covered_first, covered_last : str
        First and last event time of the case when the finding was noted.
    case_events : int
        Number of events in the case when the finding was noted.
    withdrawn : bool
        True takes back the earlier note of this key: the question was asked again and its row is gone.
    noted_at : str
        Wall-clock time of the note (UTC); not shown in the briefing.
    records : tuple of dict
        Some of its events in full, for whoever sees the note; not written to the file.
    """

    statement: str
    question: str = ""
    confidence: str = "high"
    not_covered: str = ""
    key: str | None = None
    events: int | None = None
    event_ids: tuple[str, ...] = field(default=(), repr=False)
    first: str = ""
    last: str = ""
    principals: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()
    query: str = field(default="", repr=False)
    covered_first: str = ""
    covered_last: str = ""
    case_events: int = 0
    withdrawn: bool = False
    noted_at: str = ""
    records: tuple[dict[str, Any], ...] = field(default=(), repr=False, compare=False)

    @property
    def found(self) -> bool:
        """False when it records that something was looked for and not found."""
        return self.events != 0

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        from workbench.briefing.cited import card

        return card(self)._repr_mimebundle_()


def note(
    con: Backend,
    statement: str,
    *,
    events: ir.Table | None = None,
    confidence: str = "high",
    question: str = "",
    not_covered: str = "",
    key: str | None = None,
) -> Finding:
    """Append a finding to the case's ``findings.jsonl``.

    Parameters
    ----------
    con : ibis DuckDB backend
        The case; it may be open read-only, since findings lie beside the database.
    statement : str
        One sentence that stands on its own.
    events : ibis Table, optional
        The events that prove it: any table of this case with an ``eventID`` (or a list column ``eventIDs``).
        Times, principals, accounts and the query are computed from it. An empty table records that
        something was looked for and not found.
    confidence : {"certain", "high", "medium", "low"}
        How sure the statement is.
    question : str
        The question it answers.
    not_covered : str
        What the evidence does not cover, so what the statement cannot say.
    key : str, optional
        Name of the finding, for instance ``01_triage/denied``. A note of the same key replaces the earlier
        one on reading; if it says the same, nothing is written.

    Returns
    -------
    Finding
        As noted.

    Raises
    ------
    ParameterError
        An empty statement, an unknown confidence, or a table without event ids.
    CaseError
        The case holds no events, or the file cannot be written.
    """
    facts = {} if events is None else _facts_of_table(con, events)
    finding = Finding(statement.strip(), question, confidence, not_covered, key, **facts)
    return _append(con, finding, _case_facts(con))


def note_each(
    con: Backend,
    rows: ir.Table,
    text: str,
    *,
    key: str,
    none: str,
    most: int = 10,
    confidence: str = "high",
    not_covered: str = "",
) -> list[Finding]:
    """Append a finding for each row of a query, each with its own sentence and its own events.

    Parameters
    ----------
    con : ibis DuckDB backend
        The case.
    rows : ibis Table
        A row per finding, the most important first, with a list column ``eventIDs`` (or ``eventID``). Where
        it has a column ``confidence``, each finding is as sure as its row says.
    text : str
        The sentence, filled in from the row as by `answer`: ``{principal}``, ``{denied:call}``.
    key : str
        Name of the question, for instance ``01_triage/bursts``. What an earlier run noted under it is
        replaced, and taken back where the rows have become fewer.
    none : str
        What was looked for; noted as "looked for, not found" when there is no row.
    most : int
        At most so many findings: a briefing that says everything says nothing.
    confidence, not_covered : str
        As for `note`, the same for each.

    Returns
    -------
    list of Finding
        As noted; one with ``events == 0`` when there is no row.

    Raises
    ------
    ParameterError
        As by `note` and `answer`.
    """
    kept = in_order(rows).limit(most)
    lines, query = kept.to_pyarrow().to_pylist(), sql_text(kept)
    cited = cited_facts(con, [_ids_of(line) for line in lines])
    noted = [
        Finding(
            filled(text, line, len(lines)),
            none,
            line.get("confidence", confidence),
            not_covered,
            f"{key}/{place:02d}",
            **(facts | {"query": query}),
        )
        for place, (line, facts) in enumerate(zip(lines, cited, strict=True), start=1)
    ]
    if not noted:
        noted = [Finding(none, "", confidence, not_covered, f"{key}/01", events=0, query=query)]
    _withdraw_after(con, key, len(noted))
    covered = _case_facts(con)
    return [_append(con, one, covered) for one in noted]


def _append(con: Backend, finding: Finding, covered: Mapping[str, Any]) -> Finding:
    if not finding.statement:
        raise ParameterError("a finding needs a statement: one sentence that stands on its own")
    if finding.confidence not in CONFIDENCES:
        known = ", ".join(CONFIDENCES)
        raise ParameterError(f"confidence {finding.confidence!r} is not known; use one of {known}")
    noted = replace(finding, noted_at=f"{dt.datetime.now(dt.UTC):%FT%TZ}", **covered)
    path = case_folder(con) / ledger.NAME
    if noted.key is None or _current(path, noted.key) != _content(noted):
        ledger.append(path, {"version": 1, **_entry(noted)})
    return noted


def _withdraw_after(con: Backend, key: str, last: int) -> None:
    """Take back the notes of an earlier run that had more rows."""
    for noted in read_findings(con)[0]:
        stem, _, place = (noted.key or "").rpartition("/")
        if stem == key and place.isdecimal() and int(place) > last:
            _append(con, replace(noted, withdrawn=True), _case_facts(con))


def findings(con: Backend) -> list[Finding]:
    """Return the findings of a case, surest first, then by time of their first event.

    A line of the file that cannot be read is named in a warning and costs only itself.

    Returns
    -------
    list of Finding
        For each key only the latest note.
    """
    found, faults = read_findings(con)
    for fault in faults:
        warnings.warn(fault, stacklevel=2)
    return found


def read_findings(con: Backend) -> tuple[list[Finding], list[str]]:
    """Return the findings like `findings`, and a sentence per line that could not be read."""
    entries, faults = ledger.read(case_folder(con) / ledger.NAME)
    latest: dict[object, Finding] = {}
    for number, entry in enumerate(entries):
        noted = _finding(entry)
        latest[noted.key if noted.key is not None else number] = noted
    return sorted((noted for noted in latest.values() if not noted.withdrawn), key=_rank), faults


def _rank(noted: Finding) -> tuple[object, ...]:
    sure = CONFIDENCES.index(noted.confidence) if noted.confidence in CONFIDENCES else len(CONFIDENCES)
    return (not noted.found, sure, noted.first or "9999", noted.key or "", noted.statement)


def _finding(entry: dict[str, Any]) -> Finding:
    names = [one.name for one in fields(Finding) if one.compare]
    known = {name: entry[name] for name in names if entry.get(name) is not None}
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    return Finding(**(known | lists))


def _entry(noted: Finding) -> dict[str, Any]:
    return {name: value for name, value in asdict(noted).items() if name != "records"}


def _content(noted: Finding) -> dict[str, Any]:
    return {name: value for name, value in _entry(noted).items() if name != "noted_at"}


def _current(path: Any, key: str) -> dict[str, Any] | None:
    same = [entry for entry in ledger.read(path)[0] if entry.get("key") == key]
    return _content(_finding(same[-1])) if same else None


def _case_facts(con: Backend) -> dict[str, Any]:
    events = case_events(con)
    times = events.eventTime
    [facts] = events.aggregate(n=events.count(), first=times.min(), last=times.max()).to_pyarrow().to_pylist()
    return {
        "case_events": facts["n"],
        "covered_first": cell_text(facts["first"]),
        "covered_last": cell_text(facts["last"]),
    }


def _facts_of_table(con: Backend, events: ir.Table) -> dict[str, Any]:
    ids = _event_ids(events).distinct().to_pyarrow().column("eventID").to_pylist()
    [facts] = cited_facts(con, [ids])
    behind = {"origins": _most(events, "origin_principal"), "likely": _most(events, "likely_principal")}
    return facts | behind | {"query": sql_text(events)}


def _event_ids(events: ir.Table) -> ir.Table:
    if _id_column(events.columns) == "eventID":
        return events.select("eventID")
    return events.select(eventID=events["eventIDs"].unnest())


def _ids_of(row: Mapping[str, Any]) -> list[str]:
    column = _id_column(tuple(row))
    return [row[column]] if column == "eventID" else list(row[column] or [])


def _id_column(columns: Sequence[str]) -> str:
    for name in ("eventIDs", "eventID"):
        if name in columns:
            return name
    listed = ", ".join(columns)
    raise ParameterError(f"the events of a finding need a column eventID or a list eventIDs, not {listed}")


def _most(table: ir.Table, column: str, kept: int = NAMES_KEPT) -> tuple[str, ...]:
    import ibis

    if column not in table.columns:
        return ()
    named = table.filter(table[column].notnull())
    counted = named.group_by(column).aggregate(rows=named.count())
    top = counted.order_by(ibis.desc("rows"), column).limit(kept).to_pyarrow()
    return tuple(top.column(column).to_pylist())
