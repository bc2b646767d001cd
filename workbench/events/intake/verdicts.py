"""What digests say: a verdict on each file of a case, and what the chains of digests cover.

The digests below a folder are read when a load finds something to read there, before the files are: what is
loaded is judged by the hash it was loaded by. A log that no digest listed yesterday may be valid today, so
what earlier loads took of the same folder is judged anew, by the hash that was noted then.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from workbench.errors import EvidenceError
from workbench.events.intake.folders import INSIDE, are_told_now, is_inside
from workbench.events.intake.report import NOT_VERIFIED, FileRow
from workbench.events.intake.rewriting import rewrite, with_column
from workbench.events.intake.write import append, registered, transaction
from workbench.events.parts import FOLDER, MAIN, add_parts, parts_of, read_parts, show_events
from workbench.events.schema import OF_DIGESTS
from workbench.evidence import parse_key, path_from_text, path_to_text
from workbench.evidence.digests import Finding, LogFacts, Proof, Verification, judge, read_proof

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_UNTOLD = frozenset({"not-in-any-digest", "unverifiable-digest-not-valid"})
DOUBTFUL = frozenset({"missing", "modified", "invalid-format", "invalid-trailing-data", "unreadable"})
"""Verdicts on logs that a valid digest lists, and that are not what was delivered."""

_LATEST = """
SELECT rowid, path, absolute, size, sha256_uncompressed, members, salvaged, kind, integrity,
    count(*) OVER (PARTITION BY absolute) = 1 AS is_only
FROM file_rows
QUALIFY row_number() OVER (PARTITION BY absolute ORDER BY loaded_at DESC, rowid DESC) = 1
"""


class _File(NamedTuple):
    """A file as the case knows it."""

    rowid: int
    path: str
    absolute: str
    size: int
    sha256_uncompressed: str | None
    members: int
    salvaged: bool
    kind: str | None
    integrity: str
    is_only: bool


class Verdicts:
    """The digests below some folders, and what they say of files.

    Parameters
    ----------
    folders
        Absolute paths; each is read as `workbench verify` reads it.

    Attributes
    ----------
    faults : list of (folder, detail)
        Folders whose public keys or metadata cannot be used: nothing below them is judged.
    lost : list of str
        Logs that were valid, and that no digest speaks for any more.
    """

    def __init__(self, folders: Iterable[str] = ()) -> None:
        self.faults: list[tuple[str, str]] = []
        self.lost: list[str] = []
        self._proofs: dict[str, Proof] = {}
        for folder in folders:
            try:
                self._proofs[folder] = read_proof(folder)
            except EvidenceError as error:
                self.faults.append((folder, str(error)))

    def of(self, file: "FileRow | _File") -> str:
        """Give the verdict on a file that was read."""
        path = path_from_text(file.absolute)
        proofs = [proof for proof in self._proofs.values() if proof.digests]
        listings = [listing for proof in proofs for listing in proof.listings(path)]
        if listings:
            return judge(listings, _facts(file)).verdict
        is_log = any(proof.is_log_place(path) for proof in proofs)
        return "not-in-any-digest" if is_log else self._by_content(file)

    def _by_content(self, file: "FileRow | _File") -> str:
        """Judge a file that lies where no digest speaks of it: it may have the content of a log."""
        if file.kind != "events" or file.salvaged or file.members > 1:
            return NOT_VERIFIED
        is_proven = any(file.sha256_uncompressed in proof.proven for proof in self._proofs.values())
        return "valid" if is_proven else NOT_VERIFIED

    def note(self, con: "DuckDBPyConnection", case: Path) -> None:
        """Write into the case what the digests say of everything that was ever loaded from the folders."""
        files = {path_from_text(row[2]): _File(*row) for row in con.execute(_LATEST).fetchall()}
        told = {
            folder: self._finish(proof, files) for folder, proof in self._proofs.items() if proof.digests
        }
        gone = dict.fromkeys(_digests_below(con, told), NOT_VERIFIED)
        words = gone | {path: word for told_of in told.values() for path, word in _words(told_of)}
        for path, file in files.items():
            if path not in words and file.integrity == NOT_VERIFIED:
                words[path] = self._by_content(file)
        changed = [
            file._replace(integrity=words[path])
            for path, file in files.items()
            if words.get(path, file.integrity) != file.integrity
        ]
        valid = {file.path for file in files.values() if file.integrity == "valid"}
        self.lost = sorted(file.path for file in changed if file.path in valid and file.integrity in _UNTOLD)
        with transaction(con):
            _update(con, changed)
            old = _restate(con, case, {file.path: file.integrity for file in changed if file.is_only})
            for folder, verification in told.items():
                shown = {path: file.path for path, file in files.items()}
                _replace(con, folder, _tables(self._proofs[folder], verification, shown))
            are_told_now(con, self._proofs)
        for name in old:
            (case / FOLDER / name).unlink(missing_ok=True)

    def _finish(self, proof: Proof, files: Mapping[str, _File]) -> Verification:
        """Judge what is listed by what was noted of it; what could not be loaded is read now."""
        judged: dict[str, str] = {}
        findings: list[Finding] = []
        for path, file in files.items():
            listings = proof.listings(path) if file.sha256_uncompressed and not file.salvaged else ()
            if listings:
                judged[path], found = judge(listings, _facts(file))
                findings += found
        return proof.finish(judged, findings)


def _facts(file: "FileRow | _File") -> LogFacts:
    """Tell what reading the file told; more than one compressed stream is more than digests speak of."""
    is_gzip = file.members > 0 or not file.size
    return LogFacts(file.sha256_uncompressed or "", is_gzip=is_gzip, has_trailing=file.members > 1)


def _words(verification: Verification) -> Iterator[tuple[str, str]]:
    """Give the verdict of each file by its absolute path."""
    verdicts = [(digest.path, digest.verdict) for digest in verification.digests]
    for path, verdict in (*verdicts, *verification.logs):
        yield os.path.join(verification.root, path_from_text(path)), verdict


def _digests_below(con: "DuckDBPyConnection", folders: Collection[str]) -> list[str]:
    """Give the absolute paths of the digests that earlier loads found below some folders."""
    rows = con.execute("SELECT absolute FROM file_rows WHERE path IN (SELECT path FROM digest_files)")
    paths = [path_from_text(absolute) for (absolute,) in rows.fetchall()]
    return [path for path in paths if any(is_inside(path, folder) for folder in folders)]


def _update(con: "DuckDBPyConnection", changed: Sequence[_File]) -> None:
    if changed:
        columns = {"row": [file.rowid for file in changed], "word": [file.integrity for file in changed]}
        with registered(con, "judged", pa.table(columns)):
            con.execute("UPDATE file_rows SET integrity = word FROM judged WHERE file_rows.rowid = row")


def _restate(con: "DuckDBPyConnection", case: Path, verdicts: Mapping[str, str]) -> list[str]:
    """Write the parts anew that hold events of files with another verdict; give the names of the old ones."""
    parts = parts_of(con)
    if not verdicts or not parts:
        return []
    paths, words = pa.array(verdicts.keys(), pa.string()), pa.array(verdicts.values(), pa.string())
    with registered(con, "judged", pa.table({"path": paths, "word": words})):
        found = con.execute(
            "SELECT DISTINCT parse_filename(filename)"  # noqa: S608 (a quoted path)
            f" FROM {read_parts(parts, case, ', filename = true')} JOIN judged ON source_file = path"
            " WHERE integrity <> word"
        ).fetchall()
    gone = {name for (name,) in found}

    def change(_: str, __: int, table: pa.Table) -> pa.Table:
        at = pc.index_in(table.column("source_file"), paths)
        return with_column(table, "integrity", pc.coalesce(words.take(at), table.column("integrity")))

    new = [rewrite(case, [part], change) for part in parts if part.name in gone]
    if gone:
        add_parts(con, [part for part in new if part], sorted(gone))
        show_events(con, case, stores=[MAIN])
    return sorted(gone)


def _tables(
    proof: Proof, verification: Verification, shown: Mapping[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of each table; a file has the path that `evidence_files` shows, if it is there."""

    def name(path: str) -> str:
        return shown.get(os.path.join(verification.root, path_from_text(path)), path)

    return {
        "digest_files": [vars(digest) | {"path": name(digest.path)} for digest in verification.digests],
        "integrity_findings": [
            finding._asdict() | {"path": name(finding.path)} for finding in verification.findings
        ],
        "trail_spans": [span._asdict() | {"path": name(span.path)} for span in verification.spans],
        "doubtful_rows": [
            _doubtful(proof, verification.root, path, verdict) | {"path": name(path)}
            for path, verdict in verification.logs
            if verdict in DOUBTFUL
        ],
    }


def _doubtful(proof: Proof, root: str, path: str, verdict: str) -> dict[str, Any]:
    """Tell of which account, region and time a log would speak."""
    listings = proof.listings(os.path.join(root, path_from_text(path)))
    key = parse_key(path)
    return {
        "verdict": verdict,
        "account": key and key.account,
        "region": key and key.region,
        "oldest": min((one.oldest for one in listings if one.oldest), default=key and key.time),
        "sha256_uncompressed": next((one.hash_value for one in listings if one.is_valid), None),
        "newest": max((one.newest for one in listings if one.newest), default=key and key.time),
    }


def _replace(
    con: "DuckDBPyConnection", folder: str, tables: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """Write what the digests of a folder say now; what was said of it and of folders below it goes."""
    scope = path_to_text(folder)
    with registered(con, "given", pa.table({"folder": [scope]})):
        for name, rows in tables.items():
            con.execute(f"DELETE FROM {name} USING given WHERE {INSIDE}")  # noqa: S608 (names of our own)
            columns = {column: [row.get(column) for row in rows] for column in OF_DIGESTS[name]}
            append(con, name, columns | {"scope": [scope] * len(rows)})
