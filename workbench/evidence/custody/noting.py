"""What a load did to a case, into its manifest and its journal."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.evidence.custody.acquired import Acquired, acquired_facts
from workbench.evidence.custody.journal import Entry, Journal, check_journal, note
from workbench.evidence.custody.manifest import (
    SCHEMA,
    File,
    Head,
    Manifest,
    Row,
    case_name,
    folder_of,
    root_of,
    totals_of,
    write_manifest,
)
from workbench.version import __version__


def record_load(
    case: str | os.PathLike[str],
    files: Sequence[File],
    *,
    evidence: Sequence[str],
    manifests: Iterable[tuple[str, str | None]] = (),
    public_keys: Iterable[tuple[str, str | None]] = (),
    parameters: Mapping[str, Any],
    result: Mapping[str, Any],
) -> list[Row]:
    """Write the manifest of a case, and append to its journal what was acquired and what was loaded.

    Parameters
    ----------
    case
        The case folder.
    files
        All files of the case, with absolute paths; they are changed.
    evidence
        What this load was given, as absolute paths.
    manifests, public_keys
        Absolute path and SHA-256 of the files that are manifests of acquisitions, and CloudTrail's keys.
    parameters, result
        What the journal says of the load, beside the evidence and the hashes.

    Returns
    -------
    list of dict
        `{"path", "kind", "detail"}` of what deserves a look: `not-as-acquired`, `manifest-unreadable`.

    Raises
    ------
    CaseError
        Manifest or journal cannot be written.
    """
    case, journal = Path(case), check_journal(case)
    acquired = acquired_facts(manifests)
    differing = acquired.take_over(files)
    _note_acquisitions(case, journal, acquired)
    journal = check_journal(case)
    manifest = _manifest(case, files, _all_evidence(journal, evidence), acquired, journal)
    inside = os.path.join(manifest.folder, "")
    manifest.public_keys = [_public_key(path, sha256, inside) for path, sha256 in public_keys]
    manifest.not_as_acquired = [row | {"path": row["path"].removeprefix(inside)} for row in differing]
    sha256, before = write_manifest(case, manifest)
    noted = {"root_sha256": manifest.root_sha256, "manifest_sha256": sha256}
    noted |= _lost_manifest(journal, before)
    note(case, "load", {"evidence": list(evidence), **parameters}, {**result, **noted})
    return [*map(_warning, differing), *map(_unreadable, acquired.unreadable)]


def _note_acquisitions(case: Path, journal: Journal, acquired: Acquired) -> None:
    """Take over into the journal what it has not seen yet of acquisitions."""
    seen = {entry.parameters.get("sha256") for entry in _of(journal, "acquire")}
    for one in acquired.acquisitions:
        if one["sha256"] not in seen:
            said = {name: one[name] for name in ("manifest", "sha256", "acquired", "sources")}
            note(case, "acquire", said, {name: one[name] for name in ("files", "root_sha256", "complete")})


def _of(journal: Journal, action: str) -> list[Entry]:
    return [entry for entry in journal.entries.values() if entry.action == action]


def _all_evidence(journal: Journal, evidence: Sequence[str]) -> list[str]:
    """List what this load and all before were given."""
    noted = [entry.parameters.get("evidence") for entry in _of(journal, "load")]
    earlier = [path for paths in noted if isinstance(paths, list) for path in paths if isinstance(path, str)]
    return sorted({*earlier, *evidence})


def _manifest(
    case: Path, files: Sequence[File], evidence: Sequence[str], acquired: Acquired, journal: Journal
) -> Manifest:
    folder = folder_of(file.path for file in files)
    inside = os.path.join(folder, "")
    for file in files:
        file.path = file.path.removeprefix(inside)
    listed = sorted(files, key=lambda file: (file.path, file.sha256 or ""))
    return Manifest(
        schema=SCHEMA,
        case_id=case_name(case),
        tool_version=__version__,
        journal=Head(journal.lines, journal.head_sha256),
        acquired=acquired.by,
        acquisitions=acquired.acquisitions,
        sources=acquired.sources,
        evidence=list(evidence),
        folder=folder,
        public_keys=[],
        not_as_acquired=[],
        totals=totals_of(listed),
        root_sha256=root_of((file.sha256, file.path) for file in listed),
        files=listed,
    )


def _public_key(path: str, sha256: str | None, inside: str) -> Row:
    """Give the row of a file of keys; AWS's output does not say the region, the name may."""
    stem = os.path.basename(path).partition(".")[0].partition("_")[0]
    region = stem.removeprefix("public-keys-")
    return {"region": region if region != stem else None, "file": path.removeprefix(inside), "sha256": sha256}


def _lost_manifest(journal: Journal, found: str | None) -> Row:
    """Tell where the manifest that was replaced is not the one that the journal speaks of."""
    loads = _of(journal, "load")
    noted = loads[-1].result.get("manifest_sha256") if loads else None
    if found == noted:
        return {}
    return {"manifest_before": {"noted_sha256": noted, "found_sha256": found}}


def _warning(row: Row) -> Row:
    if row["sha256"] is None:
        detail = "it was acquired, and is not there, or not readable, now"
    else:
        detail = f"its SHA-256 is {row['sha256']}; what was acquired had {row['acquired_sha256']}"
    return {"path": row["path"], "kind": "not-as-acquired", "detail": detail}


def _unreadable(row: Row) -> Row:
    detail = f"what it says of the acquisition is not taken over: {row['detail']}"
    return {"path": row["path"], "kind": "manifest-unreadable", "detail": detail}
