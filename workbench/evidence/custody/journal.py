r"""`custody.jsonl`: what was done to a case, a line each, each bound to the line before it.

`previous_sha256` is the SHA-256 of the bytes of the line before, without its newline; the first line has 64
zeros. So whoever changes a line, takes one away or puts one in breaks the chain at the next one.

A line is never changed or taken away by us either. One that was cut, by a crash or a full disk, stays as it
is: the next line says that it is cut and what its bytes hash to, and the chain goes on from there.

What the chain does not show is that lines are missing at its end, or that the last one was changed. The
SHA-256 of the last line, the head, stands for all lines: whoever has written it down elsewhere can tell.
"""

import datetime as dt
import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from workbench.errors import CaseError
from workbench.version import __version__

JOURNAL = "custody.jsonl"
START = "0" * 64
"""What the first line has for the hash of the line before."""
INTERRUPTED = "interrupted"
"""The action that says of the line before that it is not whole."""


class Entry(msgspec.Struct, frozen=True):
    """One line of the journal."""

    at_utc: str
    action: str
    tool_version: str
    parameters: dict[str, Any]
    result: dict[str, Any]
    previous_sha256: str


@dataclass(frozen=True)
class Journal:
    """The journal as it was found, and whether its chain holds.

    Parameters
    ----------
    lines
        How many there are; 0 where there is no journal.
    head_sha256
        Of the last line: the number to write down elsewhere. 64 zeros where there is none.
    entries
        What the lines say, by their number (from 1); those that say nothing readable are left out.
    hashes
        Of each line, in order.
    interrupted
        Numbers of the lines that are not whole, as the line after each records.
    broken_at
        Number of the first line that does not fit; None where the chain holds.
    expected, found
        The `previous_sha256` which that line should have, and the one it has. Where the line itself cannot be
        read, `found` is None.
    detail
        What is the matter with it, in a sentence; empty where the chain holds.
    """

    lines: int = 0
    head_sha256: str = START
    entries: dict[int, Entry] = field(default_factory=dict)
    hashes: list[str] = field(default_factory=list)
    interrupted: list[int] = field(default_factory=list)
    broken_at: int | None = None
    expected: str | None = None
    found: str | None = None
    detail: str = ""


def note(
    case: str | os.PathLike[str], action: str, parameters: Mapping[str, Any], result: Mapping[str, Any]
) -> str:
    """Append one line to the journal of a case, and wait until it is on disk.

    Several processes may do so at once: each line is bound to the one that stands before it.

    Parameters
    ----------
    case
        The case folder.
    action
        One word: `load`, `acquire`, `verify`, `query`, `export`...
    parameters, result
        What was asked for, and what came of it; whatever JSON can say.

    Returns
    -------
    str
        The new head: the SHA-256 of the line.

    Raises
    ------
    CaseError
        The journal cannot be written: no such case, a full disk, a link in its place.

    Examples
    --------
    >>> import tempfile
    >>> case = tempfile.mkdtemp()
    >>> head = note(case, "export", {"file": "acme.html"}, {"sha256": "4f53"})
    >>> check_journal(case).head_sha256 == head
    True
    """
    path = Path(case) / JOURNAL
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(path, flags, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            return _append(handle, action, dict(parameters), dict(result))
        finally:
            os.close(handle)  # which gives the lock back
    except OSError as error:
        raise CaseError(
            f"{action} is not noted in {path}: {error.strerror or error}. Mend the cause, then do it again"
        ) from error


def _append(handle: int, action: str, parameters: dict[str, Any], result: dict[str, Any]) -> str:
    lines, is_cut = _lines(handle)
    new = [b""] if is_cut else []  # ends the cut line, which stays as it is
    head = sha256(lines[-1]) if lines else START
    if lines and (is_cut or _entry(lines[-1]) is None):
        told = {"bytes": len(lines[-1]), "sha256": head}
        new.append(_line(INTERRUPTED, {"line": len(lines)}, told, head))
        head = sha256(new[-1])
    new.append(_line(action, parameters, result, head))
    rest = b"\n".join([*new, b""])
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.fsync(handle)
    return sha256(new[-1])


def _line(action: str, parameters: dict[str, Any], result: dict[str, Any], previous: str) -> bytes:
    at_utc = f"{dt.datetime.now(dt.UTC):%FT%TZ}"
    entry = Entry(at_utc, action, __version__, parameters, result, previous)
    return json.dumps(msgspec.structs.asdict(entry), default=str).encode("ascii")


def _lines(handle: int) -> tuple[list[bytes], bool]:
    """Read the lines without their newlines; True where the last one has none."""
    pieces = []
    while piece := os.read(handle, 1 << 20):
        pieces.append(piece)
    *lines, rest = b"".join(pieces).split(b"\n")
    return ([*lines, rest], True) if rest else (lines, False)


def _entry(line: bytes) -> Entry | None:
    """Read one line; None where it says nothing that this journal would say."""
    try:
        return msgspec.convert(json.loads(line), Entry)
    except (ValueError, RecursionError):  # msgspec.ValidationError is one, and so is bad UTF-8
        return None


def sha256(line: bytes) -> str:
    """Hash a line as the next one names it."""
    return hashlib.sha256(line).hexdigest()


def check_journal(case: str | os.PathLike[str]) -> Journal:
    """Read the journal of a case, and tell whether and where its chain breaks.

    Raises
    ------
    CaseError
        It is there and cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> case = Path(tempfile.mkdtemp())
    >>> _ = note(case, "load", {}, {"files": 1}), note(case, "export", {}, {})
    >>> _ = (case / JOURNAL).write_text((case / JOURNAL).read_text().replace('"files": 1', '"files": 2'))
    >>> found = check_journal(case)
    >>> found.broken_at, found.detail
    (2, 'line 1 was changed, or lines before line 2 were removed or added')
    """
    lines, is_cut = _read(Path(case) / JOURNAL)
    hashes = [sha256(line) for line in lines]
    read = {number: _entry(line) for number, line in enumerate(lines, 1)}
    entries = {number: entry for number, entry in read.items() if entry}
    recorded = [number for number in read if _is_recorded(number, hashes, entries)]
    found = Journal(len(lines), hashes[-1] if hashes else START, entries, hashes, recorded)
    return _with_break(found, is_cut)


def _read(path: Path) -> tuple[list[bytes], bool]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return [], False
    except OSError as error:
        what = "it is a link, which no load makes" if error.errno == errno.ELOOP else error.strerror
        raise CaseError(f"cannot read {path}: {what}. See who put it there, or to its permissions") from error
    try:
        with suppress(OSError):  # some disks know no locks, and can be read all the same
            fcntl.flock(handle, fcntl.LOCK_SH)  # a line that is being written is not a line that was cut
        return _lines(handle)
    except OSError as error:
        raise CaseError(f"cannot read {path}: {error.strerror}. See to its disk") from error
    finally:
        os.close(handle)


def _is_recorded(number: int, hashes: list[str], entries: dict[int, Entry]) -> bool:
    """Tell whether the next line says of this one that it is not whole."""
    after = entries.get(number + 1)
    if after is None or after.action != INTERRUPTED:
        return False
    return (after.parameters.get("line"), after.result.get("sha256")) == (number, hashes[number - 1])


def _with_break(journal: Journal, is_cut: bool) -> Journal:
    """Find the first line that does not fit: its number, what was expected and found, and a sentence."""
    expected = START
    for number, hashed in enumerate(journal.hashes, 1):
        entry = journal.entries.get(number)
        found = entry.previous_sha256 if entry else None
        why = ""
        if is_cut and number == journal.lines:
            why = "the last line is cut: a write was interrupted, or somebody cut it"
        elif entry is None and number not in journal.interrupted:
            why = f"line {number} is no entry of a journal: it was changed"
        elif entry and found != expected:
            why = _why(number)
        if why:
            return replace(journal, broken_at=number, expected=expected, found=found, detail=why)
        expected = hashed
    return journal


def _why(number: int) -> str:
    if number == 1:
        return "line 1 is not the first that was written, or was changed"
    return f"line {number - 1} was changed, or lines before line {number} were removed or added"
