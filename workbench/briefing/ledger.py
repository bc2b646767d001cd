"""The append-only file of findings: one line a note, on disk before the call returns, readable when cut."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from workbench.errors import CaseError

NAME = "findings.jsonl"


def append(path: Path, entry: dict[str, Any]) -> None:
    """Write `entry` as one more line of `path` and wait until it is on disk.

    A last line that was cut (a full disk, a crash) is closed first, so that it stays the only line lost.

    Raises
    ------
    CaseError
        The file cannot be written: no such case, a link in its place, a full disk.
    """
    line = json.dumps(entry, ensure_ascii=True, sort_keys=True).encode() + b"\n"
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(path, flags, 0o600)
        try:
            _write(handle, line)
        finally:
            os.close(handle)
    except OSError as error:
        raise CaseError(f"nothing was noted: cannot write to {path}: {error.strerror}") from error


def _write(handle: int, line: bytes) -> None:
    if os.lseek(handle, 0, os.SEEK_END):
        os.lseek(handle, -1, os.SEEK_END)
        if os.read(handle, 1) != b"\n":
            line = b"\n" + line
    while line:
        line = line[os.write(handle, line) :]
    os.fsync(handle)


def read(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the entries of `path` in the order they were written, and a sentence per line that is no entry.

    Returns
    -------
    tuple of list of dict, list of str
        Both empty when nothing was ever noted.
    """
    if not path.exists():
        return [], []
    entries, faults = [], []
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            fact = "is cut (the write was interrupted)" if number >= len(lines) else "is not JSON"
            faults.append(f"{path.name} line {number} {fact}; the other lines are kept")
            continue
        if isinstance(entry, dict) and isinstance(entry.get("statement"), str):
            entries.append(entry)
        else:
            faults.append(f"{path.name} line {number} holds no statement; the other lines are kept")
    return entries, faults
