"""One event as it was delivered: found again in the evidence, and checked before it is shown.

A case knows of each record where it lies and what the SHA-256 of its file was. What is shown is read from the
evidence now: from a file whose bytes are still those that were loaded, and only if the record at its place is
the one that was loaded.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from zipfile import is_zipfile

from workbench.errors import EvidenceError, NotFoundError, ParameterError, visible
from workbench.events.case import case_folder
from workbench.evidence import (
    FoundFile,
    find_again,
    path_from_text,
    path_to_text,
    read_containers,
    read_file,
)
from workbench.evidence.archives import BETWEEN

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

@dataclass(frozen=True)
class RawEvent:
    """One record as it was delivered, and where it was read.

    Parameters
    ----------
    text
        The bytes of the record. They are those of the file, except where the file has no such bytes: an
        envelope or a query's answer holds the record as an escaped text, and a row of a table is written as
        an object (see `workbench.evidence.shapes`); UTF-16 becomes UTF-8.
    event_id, account
        Its `eventID` and `recipientAccountId`.
    source_file, source_index
        File and place (0-based), as in the events table.
    sha256
        Of the bytes of that file (of an archive: of its member), when it was loaded and again now.
    shape
        The shape of the file, a name of the table in `workbench.evidence.shapes`.
    read_from
        The path that was read now.
    other_places
        `(source_file, source_index)` of each other delivery of this event.
    """

    text: bytes
    event_id: str
    account: str | None
    source_file: str
    source_index: int
    sha256: str
    shape: str
    read_from: str
    other_places: tuple[tuple[str, int], ...] = ()


class _Row(NamedTuple):
    """What the case holds of one event; `hash` is of the record's text."""

    account: str | None
    file: str
    number: int
    hash: bytes


class _Source(NamedTuple):
    """A file that had the bytes in question when it was loaded."""

    absolute: str
    sha256: str
    salvage: bool


def raw_event(
    con: Backend,
    event_id: str,
    *,
    account: str | None = None,
    place: int | None = None,
    evidence: str | os.PathLike[str] | None = None,
) -> RawEvent:
    r"""Read one event from the evidence again, as it was delivered, and check that nothing has changed.

    Parameters
    ----------
    con
        A case opened by `open_case`.
    event_id
        The `eventID`.
    account
        The `recipientAccountId`, where several accounts have an event of this id.
    place
        Which one, where several events have this id (`eventid-conflict`): 0 for the first of them by source
        file and index.
    evidence
        Where the evidence lies now, if it was moved: the file, or a folder or zip archive that holds it.

    Returns
    -------
    RawEvent
        The bytes, and where they come from.

    Raises
    ------
    NotFoundError
        The case has no such event.
    ParameterError
        Several events have this id: the message lists them.
    EvidenceError
        The file is gone, or is not what was loaded.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from workbench.events import load, open_case
    >>> evidence, case = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp()) / "acme"
    >>> _ = (evidence / "a.json").write_text('{"Records": [{"eventID": "e-1",  "eventName": "ListUsers"}]}')
    >>> con = open_case(case)
    >>> _ = load(con, evidence)
    >>> raw_event(con, "e-1").text
    b'{"eventID": "e-1",  "eventName": "ListUsers"}'
    """
    rows = _rows(con, event_id)
    mine = [row for row in rows if account in (None, row.account)]
    if not mine:
        received = "" if account is None else f" that account {account} received"
        raise NotFoundError(
            f"no event {event_id}{received} in the case {case_folder(con)}. What was set aside is listed by"
            " wb.set_aside(con) (records) and wb.evidence_files(con) (files)"
        )
    row = _chosen(event_id, mine, place)
    source, path, text, shape = _found(event_id, row, _sources(con, row), evidence)
    others = _other_places(con, event_id, row, rows)
    where = (row.account, row.file, row.number, source.sha256, shape, path_to_text(path), others)
    return RawEvent(text, event_id, *where)


def _rows(con: Backend, event_id: str) -> list[_Row]:
    """Find the events of an id, in the order of their places."""
    from workbench.events.parts import parts_of, read_parts

    case = case_folder(con)
    parts = parts_of(con.con)
    if not parts:
        return []
    found = con.con.execute(
        'SELECT "recipientAccountId", source_file, source_index, content_hash'  # noqa: S608 (a quoted path)
        f' FROM {read_parts(parts, case)} WHERE "eventID" = ? ORDER BY source_file, source_index',
        [event_id],
    )
    return [_Row(*row) for row in found.fetchall()]


def _chosen(event_id: str, rows: Sequence[_Row], place: int | None) -> _Row:
    if len(rows) == 1 and place is None:
        return rows[0]
    if place is not None and 0 <= place < len(rows):
        return rows[place]
    several = f"{event_id} is the id of {len(rows)} events" if place is None else f"no place {place}"
    listed = "".join(
        f"\n{number}: account {row.account}, {visible(row.file)}, record {row.number}"
        for number, row in enumerate(rows)
    )
    raise ParameterError(f"{several}. Say which, by account or by place:{listed}")


def _other_places(
    con: Backend, event_id: str, event: _Row, rows: Sequence[_Row]
) -> tuple[tuple[str, int], ...]:
    """List the second deliveries of an event; rows of tables are deliveries of all events of their id."""
    found = con.con.execute(
        'SELECT source_file, source_index, content_hash, "recipientAccountId" FROM event_places'
        ' WHERE "eventID" = ? ORDER BY source_file, source_index',
        [event_id],
    )
    foreign = {row.hash for row in rows} - {event.hash}
    return tuple(
        (file, index)
        for file, index, stands_for_it, account in found.fetchall()
        if stands_for_it not in foreign and account in (None, event.account)
    )


def _sources(con: Backend, row: _Row) -> list[_Source]:
    """List the files that had these bytes: the one the event is from first, then its copies."""
    found = con.con.execute(
        "SELECT DISTINCT ON (other.absolute, own.sha256) other.absolute, own.sha256, own.salvaged"
        " FROM file_rows own JOIN file_rows other ON other.sha256 = own.sha256"
        " WHERE own.path = $path AND own.status = 'loaded'"
        " ORDER BY other.path <> $path, own.loaded_at DESC",
        {"path": row.file},
    )
    return [_Source(absolute, sha256, bool(salvaged)) for absolute, sha256, salvaged in found.fetchall()]


def _found(
    event_id: str, row: _Row, sources: Sequence[_Source], evidence: str | os.PathLike[str] | None
) -> tuple[_Source, str, bytes, str]:
    """Read the record from the first file that is what was loaded."""
    problems = []
    for source in sources:
        for path in _paths(path_from_text(source.absolute), evidence):
            try:
                found = _find(path)
                if found:
                    return source, path, *_read(found, source, row)
            except EvidenceError as problem:
                problems.append(f"{visible(path_to_text(path))}: {problem}")
    below = "" if evidence is None else f" in {visible(path_to_text(evidence))}"
    told = "\n".join(problems) or f"there is no {visible(row.file)}{below} now"
    raise EvidenceError(
        f"event {event_id} cannot be read again: {told}."
        " Put back the file that was loaded, or say where it lies now (evidence)"
    )


def _paths(absolute: str, evidence: str | os.PathLike[str] | None) -> list[str]:
    """Give the paths where a file may lie now: below another place with as much of its own path as fits."""
    if evidence is None:
        return [absolute]
    root = os.path.abspath(evidence)
    parts = absolute.strip(os.sep).split(os.sep)
    tails = [os.sep.join(parts[start:]) for start in range(len(parts))]
    if os.path.isdir(root):
        return [os.path.join(root, tail) for tail in tails]
    return [f"{root}{BETWEEN}{tail}" for tail in tails] if is_zipfile(root) else [root]


def _find(path: str) -> FoundFile | None:
    """Find a file or an archive's member; None where there is none."""
    if os.path.isdir(path):
        return None
    try:
        return find_again(path)
    except EvidenceError:  # nothing there, no such member, or no archive: the caller tells what is missing
        return None


def _read(found: FoundFile, source: _Source, row: _Row) -> tuple[bytes, str]:
    """Read the record from a file, if the file is the one that was loaded."""
    from workbench.events.rows.jsontext import content_hashes

    delivered = read_file(found, salvage=source.salvage)
    if delivered.sha256 != source.sha256:
        raise EvidenceError(f"its SHA-256 is {delivered.sha256}, and was {source.sha256} when it was loaded")
    name = os.path.basename(found.path)
    for container in read_containers(delivered, name, salvage=source.salvage):
        places = container.places()
        if row.number in places:
            text = bytes(container.records[places.index(row.number)])
            if content_hashes([text])[0] == row.hash:
                return container.odd.get(row.number, text), container.shape
    raise EvidenceError(f"record {row.number} of it is not the one that was loaded")
