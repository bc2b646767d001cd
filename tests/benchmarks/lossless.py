"""Is `eventJson` of every row the text that lies at its `source_file` and `source_index`, byte for byte?

    python -m tests.benchmarks.lossless CASE

Both sides are compared by their MD5: a million records would be 1.5 GB of text twice.
"""

import gzip
import hashlib
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
from ibis import _

import workbench as wb


class TrailFile(msgspec.Struct):
    """A trail file, its records as they were delivered."""

    Records: list[msgspec.Raw]


def compared(case: Path) -> dict[str, int]:
    """Return how many rows the case holds, and how many of them differ from their source."""
    rows = differing = 0
    for file, held in itertools.groupby(_held(case), key=lambda row: row[0]):
        records = msgspec.json.decode(gzip.decompress(Path(file).read_bytes()), type=TrailFile).Records
        for _file, index, digest in held:
            rows += 1
            differing += hashlib.md5(records[index], usedforsecurity=False).hexdigest() != digest
    return {"rows": rows, "differing": differing}


def _held(case: Path) -> Iterator[tuple[str, int, str]]:
    con = wb.open_case(case, read_only=True)
    rows = wb.events(con).select("source_file", "source_index", digest=_.eventJson.hexdigest("md5"))
    for batch in rows.order_by("source_file").to_pyarrow_batches():
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
    con.disconnect()


if __name__ == "__main__":
    print(json.dumps(compared(Path(sys.argv[1]))))
