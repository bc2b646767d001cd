"""Where things lie on this machine, and how a page names them: without a word about the machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import CaseError
from workbench.events import evidence_files, open_case

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend



def evidence_root(con: Backend) -> str:
    """Return the deepest folder that holds all evidence files of the case; paths are shown from there.

    The same evidence in another place then has the same list, and the same root hash.
    """
    paths = evidence_files(con).select("path").distinct().to_pyarrow().column("path").to_pylist()
    folders = {os.path.dirname(path) for path in paths}
    try:
        return os.path.commonpath(folders)
    except ValueError:  # none at all, or on several drives
        return ""


def shown_path(path: str, root: str) -> str:
    """Return an evidence path as the page names it.

    Examples
    --------
    >>> shown_path("/media/usb/AWSLogs/1/a.json.gz", "/media/usb/AWSLogs")
    '1/a.json.gz'
    """
    inside = root.rstrip("/\\") + os.sep
    return path.removeprefix(inside) if root else path


def places_of(case: Path) -> dict[str, str]:
    """Return the folders of a case that a page must not name: the case itself, and its evidence."""
    found = {"case": str(case.resolve()), "evidence": ""}
    try:
        con = open_case(case, read_only=True)
    except CaseError:
        return found  # no case there, or another connection writes to it: the notebook will say so
    try:
        return found | {"evidence": evidence_root(con)}
    finally:
        con.disconnect()


def _is_drawn(key: str, inside: bool) -> bool:
    """Tell data that is drawn from sentences, which a notebook wrote around the values in them."""
    sentence = key == "statement" or key.startswith("application/vnd.workbench.statement")
    return (inside or key.startswith("application/vnd.")) and not sentence


def without_places(outputs: Any, places: Mapping[str, str], name: str) -> Any:
    """Return cell outputs with the case shown by `name` and evidence paths from their common folder.

    In tables, charts and records only whole values that start with the evidence folder are shortened: a log
    field that happens to mention the folder is evidence and stays as it is.
    """
    case, root = places.get("case", ""), places.get("evidence", "")

    def swapped(value: Any, *, drawn: bool) -> Any:
        if isinstance(value, Mapping):
            return {key: swapped(item, drawn=_is_drawn(key, drawn)) for key, item in value.items()}
        if isinstance(value, list):
            return [swapped(item, drawn=drawn) for item in value]
        if not isinstance(value, str):
            return value
        if len(root) > 1:
            value = shown_path(value, root) if drawn else value.replace(root + os.sep, "")
        return value.replace(case, name) if len(case) > 1 else value

    return [swapped(output, drawn=False) for output in outputs]
