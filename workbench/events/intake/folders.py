"""Folders that a case was loaded from, and whether what their digests say is in the case.

A folder within another one that was loaded, too, is told with it.
"""

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from workbench.events.intake.write import registered, transaction
from workbench.evidence import path_from_text, path_to_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

INSIDE = "(scope = folder OR starts_with(scope, folder || '/'))"
"""SQL: what is told of `scope` belongs to `folder`."""


def folders_of(con: "DuckDBPyConnection", evidence: Sequence[str | os.PathLike[str]]) -> list[str]:
    """Give the folders among some evidence; where an earlier load was of a larger one, that one.

    Of a file, it is the folder around it that an earlier load was of, if there is one.
    """
    rows = con.execute("SELECT scope FROM evidence_folders").fetchall()
    loaded = [path_from_text(scope) for (scope,) in rows]
    given = [os.path.abspath(path) for path in evidence]
    known = sorted({folder for folder in (*given, *loaded) if os.path.isdir(folder)}, key=len)
    outer = (next((folder for folder in known if is_inside(one, folder)), None) for one in given)
    return list(dict.fromkeys(folder for folder in outer if folder))


def is_inside(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or lies below it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def are_told(con: "DuckDBPyConnection", folders: Iterable[str]) -> bool:
    """Tell whether an earlier load came to its end with each of the folders."""
    told = con.execute("SELECT scope FROM evidence_folders WHERE is_told").fetchall()
    return {path_to_text(folder) for folder in folders} <= {scope for (scope,) in told}


def are_told_now(con: "DuckDBPyConnection", folders: Iterable[str]) -> None:
    """Note that what digests say of some folders is in the case; of those below them it is told there."""
    scopes = pa.table({"folder": [path_to_text(folder) for folder in folders]})
    with registered(con, "given", scopes):
        con.execute(f"DELETE FROM evidence_folders USING given WHERE {INSIDE}")  # noqa: S608 (the same)
        con.execute("INSERT INTO evidence_folders SELECT folder, true FROM given")


def note_begun(con: "DuckDBPyConnection", folders: Iterable[str]) -> None:
    """Note that a load reads from some folders, so that the next one goes on if this is killed."""
    with transaction(con), registered(con, "given", pa.table({"folder": list(map(path_to_text, folders))})):
        con.execute("DELETE FROM evidence_folders USING given WHERE scope = folder")
        con.execute("INSERT INTO evidence_folders SELECT folder, false FROM given")
