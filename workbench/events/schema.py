"""The tables inside a case file.

The events themselves lie in the parts that `event_parts` names, and the view `events` shows them; the other
stores of `items.stores` lie beside them and have a view each. `event_places` and `item_places` list second
deliveries, `evidence_files` each file that was seen, `set_aside` each record that
was not taken; `unsettled` has the ids that a load which did not end has left to look at.

`digest_files`, `trail_spans`, `doubtful_logs` (that a digest lists, and that are not what was delivered or
not there, unless the case has their content from elsewhere) and `integrity_findings` are what the digests
say; `evidence_folders` tells of which folders that is up to date.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.events.parts import show_events

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VERSION = "4"

EVIDENCE_FILES = {
    "path": "VARCHAR",
    "size": "BIGINT",
    "mtime": "TIMESTAMP",
    "sha256": "VARCHAR",
    "sha256_uncompressed": "VARCHAR",
    "shape": "VARCHAR",
    "kind": "VARCHAR",
    "records": "BIGINT",
    "events": "BIGINT",
    "duplicates": "BIGINT",
    "set_aside": "BIGINT",
    "items": "BIGINT",
    "status": "VARCHAR",
    "reason": "VARCHAR",
    "detail": "VARCHAR",
    "account": "VARCHAR",
    "region": "VARCHAR",
    "integrity": "VARCHAR",
    "loaded_at": "TIMESTAMP",
}
SET_ASIDE = {
    "path": "VARCHAR",
    "index": "BIGINT",
    "reason": "VARCHAR",
    "detail": "VARCHAR",
    "count": "BIGINT",
}
EVENT_PLACES = {
    "eventID": "VARCHAR",
    "recipientAccountId": "VARCHAR",
    "content_hash": "BLOB",
    "source_file": "VARCHAR",
    "source_index": "BIGINT",
}
# Second deliveries of items of other stores, and items that say something else under one identity.
ITEM_PLACES = {
    "store": "VARCHAR",
    "item_key": "BLOB",
    "content_hash": "BLOB",
    "eventID": "VARCHAR",
    "source_file": "VARCHAR",
    "source_index": "BIGINT",
}
ITEM_CONFLICTS = {"item_key": "BLOB"}
# What the digests below the folders that were loaded say; `scope` is such a folder.
DIGEST_FILES = {
    "scope": "VARCHAR",
    "path": "VARCHAR",
    "verdict": "VARCHAR",
    "detail": "VARCHAR",
    "account": "VARCHAR",
    "region": "VARCHAR",
    "trail": "VARCHAR",
    "home_region": "VARCHAR",
    "organization": "VARCHAR",
    "prefix": "VARCHAR",
    "start": "TIMESTAMP",
    "end": "TIMESTAMP",
    "is_backfill": "BOOLEAN",
    "logs": "BIGINT",
}
INTEGRITY_FINDINGS = {"scope": "VARCHAR", "kind": "VARCHAR", "path": "VARCHAR", "detail": "VARCHAR"}
TRAIL_SPANS = {
    "scope": "VARCHAR",
    "account": "VARCHAR",
    "region": "VARCHAR",
    "trail": "VARCHAR",
    "home_region": "VARCHAR",
    "start": "TIMESTAMP",
    "end": "TIMESTAMP",
    "kind": "VARCHAR",
    "path": "VARCHAR",
}
DOUBTFUL_LOGS = {
    "scope": "VARCHAR",
    "path": "VARCHAR",
    "verdict": "VARCHAR",
    "account": "VARCHAR",
    "region": "VARCHAR",
    "oldest": "TIMESTAMP",
    "newest": "TIMESTAMP",
    "sha256_uncompressed": "VARCHAR",
}
_DOUBTFUL = """
CREATE VIEW doubtful_logs AS SELECT * FROM doubtful_rows AS row WHERE NOT EXISTS
    (FROM file_rows AS file WHERE kind = 'events' AND file.sha256_uncompressed = row.sha256_uncompressed)
"""
OF_DIGESTS = {
    "digest_files": DIGEST_FILES,
    "integrity_findings": INTEGRITY_FINDINGS,
    "trail_spans": TRAIL_SPANS,
    "doubtful_rows": DOUBTFUL_LOGS,
}
# Columns of ours that no reader of the case needs to see.
HIDDEN_FILE_COLUMNS = {
    "absolute": "VARCHAR",
    "mtime_ns": "BIGINT",
    "window_start": "TIMESTAMP",
    "window_end": "TIMESTAMP",
    "key_time": "TIMESTAMP",
    "outside": "BIGINT",
    "salvaged": "BOOLEAN",
    "members": "BIGINT",
    "file_version": "VARCHAR",
    "config_snapshot_id": "VARCHAR",
}


def _columns(types: dict[str, str]) -> str:
    return ", ".join(f'"{name}" {kind}' for name, kind in types.items())


def version_of(con: "DuckDBPyConnection") -> str | None:
    """Tell what wrote the tables: a version of this layout, `empty`, or None for a foreign database."""
    tables = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if "workbench_case" not in tables:
        return None if tables else "empty"
    found = con.execute("SELECT version FROM workbench_case").fetchone()
    return str(found[0]) if found else None


def add_missing_columns(con: "DuckDBPyConnection") -> None:
    """Give a case that was made before there were all hidden columns the ones it lacks; they are NULL."""
    for name, kind in HIDDEN_FILE_COLUMNS.items():
        con.execute(f'ALTER TABLE file_rows ADD COLUMN IF NOT EXISTS "{name}" {kind}')


def create_tables(con: "DuckDBPyConnection", case: Path) -> None:
    """Make the tables of a new case, all or none."""
    con.execute("BEGIN")
    con.execute("CREATE TABLE workbench_case (version VARCHAR, folder VARCHAR)")
    con.execute("CREATE TABLE event_parts (part VARCHAR, rows BIGINT, store VARCHAR)")
    con.execute('CREATE TABLE unsettled ("eventID" VARCHAR)')
    con.execute(f"CREATE TABLE item_places ({_columns(ITEM_PLACES)})")
    con.execute(f"CREATE TABLE item_conflicts ({_columns(ITEM_CONFLICTS)})")
    show_events(con, case)
    con.execute(f"CREATE TABLE file_rows ({_columns(EVIDENCE_FILES | HIDDEN_FILE_COLUMNS)})")
    named = ", ".join(EVIDENCE_FILES)
    con.execute(f"CREATE VIEW evidence_files AS SELECT {named} FROM file_rows")  # noqa: S608 (the same)
    con.execute(f"CREATE TABLE set_aside ({_columns(SET_ASIDE)})")
    con.execute(f"CREATE TABLE event_places ({_columns(EVENT_PLACES)})")
    con.execute("CREATE TABLE evidence_folders (scope VARCHAR, is_told BOOLEAN)")
    for name, types in OF_DIGESTS.items():
        con.execute(f"CREATE TABLE {name} ({_columns(types)})")
    con.execute(_DOUBTFUL)
    con.execute("INSERT INTO workbench_case VALUES (?, ?)", [VERSION, str(case.resolve())])
    con.execute("COMMIT")


def folder_of(con: "DuckDBPyConnection") -> str:
    """Tell where the case lay when its view of the events was made."""
    return str(con.execute("SELECT folder FROM workbench_case").fetchall()[0][0])


def move_to(con: "DuckDBPyConnection", case: Path) -> None:
    """Make the view of the events anew, for a case that lies elsewhere now."""
    con.execute("BEGIN")
    con.execute("UPDATE workbench_case SET folder = ?", [str(case.resolve())])
    show_events(con, case)
    con.execute("COMMIT")
