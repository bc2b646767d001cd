"""An answer as a file: CSV, JSON or Parquet by its name, and a line in the journal that tells its hash."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench.cli.results import as_csv, as_json
from workbench.errors import CaseError, ParameterError

KINDS = (".csv", ".json", ".parquet")
_ROWS = 10_000


def check_name(file: Path) -> None:
    """Refuse a name that does not tell how to write.

    Examples
    --------
    >>> check_name(Path("rows.xlsx"))
    Traceback (most recent call last):
    workbench.errors.ParameterError: rows.xlsx tells no format. Name it .csv, .json or .parquet
    """
    if file.suffix.lower() not in KINDS:
        raise ParameterError(f"{file} tells no format. Name it .csv, .json or .parquet")


def export(names: Sequence[str], cursor: Any, file: Path) -> dict[str, Any]:
    """Write the rows of a cursor; the file is there when it is whole.

    Returns
    -------
    dict
        file, sha256, size and rows, for the journal.

    Raises
    ------
    CaseError
        The file cannot be written.
    """
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        count = _written(names, cursor, unfinished, file.suffix.lower())
        with unfinished.open("rb") as done:
            digest = hashlib.file_digest(done, "sha256").hexdigest()
        size = unfinished.stat().st_size
        os.replace(unfinished, file)
    except OSError as error:
        raise CaseError(f"cannot write {file}: {error.strerror}. Name another place") from error
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return {"file": os.path.abspath(file), "sha256": digest, "size": size, "rows": count}


def _written(names: Sequence[str], cursor: Any, file: Path, kind: str) -> int:
    if kind == ".parquet":
        return _as_parquet(names, cursor, file)
    counted = _Counted(cursor)
    with file.open("w", encoding="utf-8", newline="") as out:
        out.writelines((as_json if kind == ".json" else as_csv)(names, counted))
        out.write("\n" if kind == ".json" else "")
    return counted.rows


class _Counted:
    """Rows of a cursor, some at a time, and how many there were."""

    def __init__(self, cursor: Any) -> None:
        self.cursor, self.rows = cursor, 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        while rows := self.cursor.fetchmany(1000):
            self.rows += len(rows)
            yield from rows


def _as_parquet(names: Sequence[str], cursor: Any, file: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    reader, count = cursor.to_arrow_reader(_ROWS), 0
    schema = pa.schema([field.with_name(name) for name, field in zip(names, reader.schema, strict=True)])
    with pq.ParquetWriter(file, schema) as writer:
        for batch in reader:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
            count += batch.num_rows
    return count
