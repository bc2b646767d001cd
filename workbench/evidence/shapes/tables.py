"""CSV: results of Lake and Athena queries, and the console's download of Event history.

Read strictly and byte by byte: a row that is broken or has cells too many is set aside, the others are kept.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-download-cloudtrail-lake-query-results.html
https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from workbench.evidence import checks
from workbench.evidence.container import Collected, Container, Flags
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.shapes.history import history_record, is_history
from workbench.evidence.shapes.rows import Cell, aws_name, holds_events, not_events, record_of
from workbench.evidence.text import distinct

_HEADER_CAP = 64 << 10
_BYTES = "latin-1"  # each byte is one character and back again, whatever encoding a cell has


def read_table(text: bytes) -> Container | None:
    """Read a CSV text whose header names CloudTrail's columns; None when it is anything else.

    Raises
    ------
    EvidenceFault
        `not-cloudtrail`: a query's result, but of no events.

    Examples
    --------
    >>> table = read_table(b'"eventID","eventName"\\n"e-1","ListUsers"\\n')
    >>> table.shape, table.flags, table.records
    ('query-csv', ('partial',), [b'{"eventID":"e-1","eventName":"ListUsers"}'])
    """
    names = _header(text)
    if is_history(names):
        return _table("event-history-csv", text, distinct(names), history_record)
    columns = distinct(map(aws_name, names))
    if holds_events(columns):
        return _table("query-csv", text, columns, record_of)
    if {"eventName", "eventSource"} & set(columns):
        raise not_events(columns)
    return None


def _header(text: bytes) -> list[str]:
    line = text.lstrip(b"\r\n")[:_HEADER_CAP].partition(b"\n")[0]
    try:
        cells = next(csv.reader([line.decode("utf-8", "replace")], strict=True), [])
    except csv.Error:
        return []
    return [cell.strip() for cell in cells]


def _table(
    shape: str, text: bytes, names: list[str], read: Callable[[Iterable[Cell]], tuple[bytes, Flags]]
) -> Container:
    collected = Collected()
    with _cells_up_to(checks.RECORD_CAP):
        rows = _rows(text)
        next(rows)
        for row in rows:
            if isinstance(row, EvidenceFault):
                collected.set_aside(row)
            elif len(row) != len(names):
                told = f"a row of {len(row)} cells under {len(names)} headings"
                collected.set_aside(EvidenceFault("not-an-object", told))
            else:
                collected.add(*read(zip(names, (cell.encode(_BYTES) for cell in row), strict=True)))
    return collected.container(shape)


def _rows(text: bytes) -> Iterator[list[str] | EvidenceFault]:
    """Give each row that is not blank; after a broken one the reader goes on with the next line."""
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(text), _BYTES, newline=""), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            large = "field limit" in str(error)
            yield EvidenceFault("too-large" if large else "invalid-json", f"a broken row of CSV: {error}")
        else:
            if row:
                yield row


@contextmanager
def _cells_up_to(size: int) -> Iterator[None]:
    """Raise the csv module's limit, which holds for the whole process, while one table is read."""
    before = csv.field_size_limit(size)
    try:
        yield
    finally:
        csv.field_size_limit(before)
