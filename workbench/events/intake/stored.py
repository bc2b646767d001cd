"""What a case holds already, read back from its parts."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.events.batches.arrow import Keys
from workbench.events.parts import parts_of, read_parts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ROWS = 100_000
_VERDICTS = """
SELECT integrity, count(*) FROM (
    SELECT integrity FROM file_rows WHERE kind = 'events'
        OR (integrity <> 'not-verified' AND path NOT IN (SELECT path FROM digest_files))
    UNION ALL SELECT verdict FROM doubtful_logs WHERE path NOT IN (SELECT path FROM file_rows)
) GROUP BY 1 ORDER BY 1
"""


def stored_keys(con: "DuckDBPyConnection", case: Path) -> Iterator[tuple[Keys, list[str]]]:
    """Give the keys of all rows, many at a time, each time with the paths that `files` are places in."""
    parts = parts_of(con)
    if not parts:
        return
    batches = con.execute(
        'SELECT "eventID", "recipientAccountId", content_hash, source_file, source_index'  # noqa: S608
        f" FROM {read_parts(parts, case)}"
    ).to_arrow_reader(_ROWS)
    for batch in batches:
        ids, accounts, hashes, files, indexes = batch.columns
        coded = files.dictionary_encode()
        keys = Keys(
            ids.to_pylist(),
            accounts.to_pylist(),
            b"".join(hashes.to_pylist()),
            coded.indices.to_numpy(),
            indexes.to_numpy(),
        )
        yield keys, coded.dictionary.to_pylist()


def summary(con: "DuckDBPyConnection") -> dict[str, Any]:
    """Tell the time range, the accounts and the regions of a case, as `LoadReport` has them.

    Without parameters: DuckDB imports pandas to bind some, which costs more than this whole question.
    """
    (first, last, accounts, regions) = con.execute(
        'SELECT left(min("eventTime")::VARCHAR, 19), left(max("eventTime")::VARCHAR, 19),'
        ' list(DISTINCT "recipientAccountId"), list(DISTINCT "awsRegion") FROM events'
    ).fetchall()[0]
    named = {"accounts": accounts, "regions": regions}
    lists = {name: sorted(one for one in found or () if one) for name, found in named.items()}
    return {"first_event": first, "last_event": last, **lists, **_proven(con)}


def _proven(con: "DuckDBPyConnection") -> dict[str, dict[str, int]]:
    """Count the verdicts on logs, and what the digests let be found."""
    verdicts = con.execute(_VERDICTS).fetchall()
    findings = con.execute("SELECT kind, count(*) FROM integrity_findings GROUP BY 1 ORDER BY 1").fetchall()
    return {"integrity": dict(verdicts), "findings": dict(findings)}
