"""What the analyst lays into the case folder for detections: read whenever rules run over that case.

Nothing is taken from the evidence: whoever wrote into a bucket could make an account ours.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workbench.errors import CaseError
from workbench.events import case_folder

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

NAMES = {
    "suppressions": ("suppressions.yml",),
    "organization": ("organization.json",),
    "threat_list": ("threats.txt",),
    "places": ("places.mmdb", "places.csv"),
    "findings": ("guardduty.json",),
}
"""By what names files are known; of several the first that is there."""


class CaseFiles(NamedTuple):
    """The files that are there."""

    suppressions: Path | None = None
    organization: Path | None = None
    threat_list: Path | None = None
    places: Path | None = None
    findings: Path | None = None


def case_files(con: Backend) -> CaseFiles:
    """Find the files of the case that a connection is to; none where it is to no case.

    Examples
    --------
    >>> import tempfile
    >>> from workbench.events import open_case
    >>> con = open_case(Path(tempfile.mkdtemp()) / "acme")
    >>> _ = (case_folder(con) / "threats.txt").write_text("203.0.113.9")
    >>> case_files(con).threat_list.name, case_files(con).places
    ('threats.txt', None)
    """
    try:
        folder = case_folder(con)
    except CaseError:
        return CaseFiles()
    return CaseFiles(**{kind: _first(folder, names) for kind, names in NAMES.items()})


def _first(folder: Path, names: tuple[str, ...]) -> Path | None:
    # a link that leads nowhere is there, too: what cannot be read is said, not passed over
    return next((folder / name for name in names if os.path.lexists(folder / name)), None)
