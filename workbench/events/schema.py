"""The tables inside a case file.

`event_rows` holds the events and, beside the contract's columns, a hash of each record's text; the view
`events` shows the contract's columns only. `event_places` lists second deliveries, `evidence_files` each file
that was seen, `set_aside` each record that was not taken.
"""

from typing import TYPE_CHECKING

from workbench.events.columns import EVENTS, sql_type

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VERSION = "1"

_LONG_TEXT = frozenset({"eventJson", "userAgent", "errorMessage", "extra"})

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
    "status": "VARCHAR",
    "reason": "VARCHAR",
    "detail": "VARCHAR",
    "account": "VARCHAR",
    "region": "VARCHAR",
    "loaded_at": "TIMESTAMP",
}
SET_ASIDE = {"path": "VARCHAR", "index": "BIGINT", "reason": "VARCHAR", "detail": "VARCHAR"}
EVENT_PLACES = {
    "eventID": "VARCHAR",
    "recipientAccountId": "VARCHAR",
    "content_hash": "BLOB",
    "source_file": "VARCHAR",
    "source_index": "BIGINT",
}
# Columns of ours that no reader of the case needs to see.
HIDDEN_FILE_COLUMNS = {
    "absolute": "VARCHAR",
    "mtime_ns": "BIGINT",
    "window_start": "TIMESTAMP",
    "window_end": "TIMESTAMP",
    "key_time": "TIMESTAMP",
    "outside": "BIGINT",
}


def _columns(types: dict[str, str]) -> str:
    return ", ".join(f'"{name}" {kind}' for name, kind in types.items())


def version_of(con: "DuckDBPyConnection") -> str | None:
    """Tell what wrote the tables: a version of this layout, `empty`, or None for a foreign database."""
    tables = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if "workbench_case" not in tables:
        return None if tables else "empty"
    return str(con.execute("SELECT version FROM workbench_case").fetchall()[0][0])


def add_missing_columns(con: "DuckDBPyConnection") -> None:
    """Give a case that was made before there were all hidden columns the ones it lacks; they are NULL."""
    for name, kind in HIDDEN_FILE_COLUMNS.items():
        con.execute(f'ALTER TABLE file_rows ADD COLUMN IF NOT EXISTS "{name}" {kind}')


def create_tables(con: "DuckDBPyConnection") -> None:
    """Make the tables of a new case, all or none."""
    con.execute("BEGIN")
    con.execute("CREATE TABLE workbench_case (version VARCHAR)")
    rows = {field.name: sql_type(field.type) for field in EVENTS} | {"content_hash": "BLOB"}
    stored = ", ".join(
        f'"{name}" {kind}' + (" USING COMPRESSION zstd" if name in _LONG_TEXT else "")
        for name, kind in rows.items()
    )
    con.execute(f"CREATE TABLE event_rows ({stored})")
    shown = ", ".join(f'"{field.name}"' for field in EVENTS)
    con.execute(f"CREATE VIEW events AS SELECT {shown} FROM event_rows")  # noqa: S608 (names of our own)
    con.execute(f"CREATE TABLE file_rows ({_columns(EVIDENCE_FILES | HIDDEN_FILE_COLUMNS)})")
    named = ", ".join(EVIDENCE_FILES)
    con.execute(f"CREATE VIEW evidence_files AS SELECT {named} FROM file_rows")  # noqa: S608 (the same)
    con.execute(f"CREATE TABLE set_aside ({_columns(SET_ASIDE)})")
    con.execute(f"CREATE TABLE event_places ({_columns(EVENT_PLACES)})")
    con.execute("INSERT INTO workbench_case VALUES (?)", [VERSION])
    con.execute("COMMIT")
