"""Everything that custody can tell of a case: its journal, its manifest, its evidence."""

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from workbench.errors import CaseError
from workbench.evidence.custody.comparing import Changes, compare
from workbench.evidence.custody.journal import Journal, check_journal
from workbench.evidence.custody.manifest import MANIFEST, Manifest, read_manifest, root_of

_MADE_BY_US = ("case.duckdb", "custody.jsonl", MANIFEST)


@dataclass(frozen=True)
class Examination:
    """What was found out about a case.

    Parameters
    ----------
    journal
        Its lines, and whether their chain holds.
    manifest
        What it was loaded from; None where there is no manifest that can be read.
    evidence
        The evidence against the manifest; None without one.
    faults
        A sentence for each thing that is not as it was, those of journal and manifest; what became of the
        evidence is in `evidence`.
    """

    journal: Journal
    manifest: Manifest | None = field(repr=False)
    evidence: Changes | None
    faults: list[str]

    @property
    def is_as_it_was(self) -> bool:
        """Whether the chain holds, and manifest and evidence are what the last load left and read."""
        return not self.faults and self.evidence is not None and self.evidence.is_as_loaded

    def as_dict(self) -> dict[str, Any]:
        """Give the examination as `custody --json` prints it."""
        journal = {name: getattr(self.journal, name) for name in _OF_JOURNAL}
        entries = self.journal.entries.items()
        journal["entries"] = [{"line": number} | msgspec.structs.asdict(one) for number, one in entries]
        manifest, evidence = self.manifest, self.evidence
        return {
            "is_as_it_was": self.is_as_it_was,
            "faults": self.faults,
            "journal": journal,
            "manifest": manifest and {name: getattr(manifest, name) for name in _OF_MANIFEST},
            "evidence": evidence and {"is_as_loaded": evidence.is_as_loaded} | asdict(evidence),
        }


_OF_JOURNAL = ("lines", "head_sha256", "interrupted", "broken_at", "expected", "found", "detail")
_OF_MANIFEST = ("folder", "evidence", "acquisitions", "totals", "root_sha256", "not_as_acquired")


def changes(case: str | os.PathLike[str], full: bool = False) -> Changes | None:
    """Compare the evidence as it lies there now with what was loaded.

    Parameters
    ----------
    case
        The case folder.
    full
        Compare hashes instead of sizes and times.

    Returns
    -------
    Changes or None
        None where the case has no manifest: it was loaded before there was one.

    Raises
    ------
    CaseError
        The manifest cannot be read, or is none.

    Examples
    --------
    >>> import tempfile
    >>> changes(tempfile.mkdtemp()) is None
    True
    """
    found = read_manifest(case)
    return compare(found[0], full=full) if found else None


def examine(case: str | os.PathLike[str], *, full: bool = False) -> Examination:
    """Tell of a case whether journal, manifest and evidence are as they were. Nothing is written.

    Parameters
    ----------
    case
        The case folder.
    full
        Compare hashes of the evidence instead of sizes and times.

    Raises
    ------
    CaseError
        There is no case, or its journal cannot be read.

    Examples
    --------
    >>> examine("no/such/case")
    Traceback (most recent call last):
    workbench.errors.CaseError: no case in no/such/case. Make one: workbench load no/such/case FOLDER
    """
    folder = Path(case)
    if not any((folder / name).is_file() for name in _MADE_BY_US):
        raise CaseError(f"no case in {folder}. Make one: workbench load {folder} FOLDER")
    journal = check_journal(folder)
    faults = _of_journal(journal)
    try:
        found = read_manifest(folder)
    except CaseError as error:
        return Examination(journal, None, None, [*faults, str(error)])
    if found is None:
        return Examination(journal, None, None, [*faults, _NO_MANIFEST])
    manifest, sha256 = found
    faults += [*_of_manifest(manifest), *_of_both(manifest, sha256, journal)]
    return Examination(journal, manifest, compare(manifest, full=full), faults)


_OLDER = "the case was loaded before there was one, or it was removed. Load the evidence again"
_NO_MANIFEST = f"there is no manifest: {_OLDER}"
_NO_JOURNAL = f"there is no journal: {_OLDER}"
_OTHER_MANIFEST = (
    "the manifest is not the one that the journal's last load wrote: one of the two was changed, or lines are"
    " gone, or that load was interrupted. Load again to note what is there now"
)


def _of_journal(journal: Journal) -> list[str]:
    if not journal.lines:
        return [_NO_JOURNAL]
    if journal.broken_at is None:
        return []
    return [f"the journal's chain breaks at line {journal.broken_at:,}: {journal.detail}"]


def _of_manifest(manifest: Manifest) -> list[str]:
    """Check a manifest by itself: its root hash, and what was acquired."""
    faults = []
    root = root_of((file.sha256, file.path) for file in manifest.files)
    if root != manifest.root_sha256:
        faults.append(f"the manifest was changed: its rows have the root hash {root}, it says another")
    if manifest.not_as_acquired:
        number = len(manifest.not_as_acquired)
        first = manifest.not_as_acquired[0].get("path")
        faults.append(f"{number:,} of the files acquired are not what was loaded: {first} for one")
    return faults


def _of_both(manifest: Manifest, sha256: str, journal: Journal) -> list[str]:
    """See whether manifest and journal speak of each other as they are now."""
    faults = []
    loads = [entry for entry in journal.entries.values() if entry.action == "load"]
    if journal.lines and (not loads or loads[-1].result.get("manifest_sha256") != sha256):
        faults.append(_OTHER_MANIFEST)
    lines, head = manifest.journal.lines, manifest.journal.head_sha256
    if journal.lines and lines and journal.hashes[lines - 1 : lines] != [head]:
        faults.append(f"the journal had another line {lines:,} when the manifest was written")
    return faults
