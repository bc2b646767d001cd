"""Parts of a case, written anew."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

from workbench.events.parts import FOLDER, GROUP_ROWS, STORED, Part, PartWriter

Change = Callable[[str, int, pa.Table], pa.Table]
"""Takes the name of a part, the number of its first row in a table, and the table; gives what to keep."""


def rewrite(case: Path, parts: Sequence[Part], change: Change) -> Part | None:
    """Write some parts as one, with the changes to them; None where nothing is left."""
    import pyarrow.parquet as pq

    writer = PartWriter(case)
    for part in parts:
        start = 0
        for batch in pq.ParquetFile(case / FOLDER / part.name).iter_batches(GROUP_ROWS):
            table = pa.Table.from_batches([batch]).cast(STORED)
            writer.add(change(part.name, start, table))
            start += len(table)
    return writer.close()


def with_column(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    """Replace a column of a table.

    Examples
    --------
    >>> with_column(pa.table({"a": [1], "b": [2]}), "a", pa.array([7])).to_pylist()
    [{'a': 7, 'b': 2}]
    """
    at = table.schema.get_field_index(name)
    return table.set_column(at, table.schema.field(at), values)
