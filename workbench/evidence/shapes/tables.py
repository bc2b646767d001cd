"""CSV: results of Lake and Athena queries, and the console's download of Event history.

Read strictly and byte by byte: a row that is broken or has cells too many is set aside, the others are kept.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-download-cloudtrail-lake-query-results.html
https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
https://www.rfc-editor.org/rfc/rfc4180 (cells, quotes)
"""

import re
from collections.abc import Callable, Iterable, Iterator

from workbench.evidence import checks
from workbench.evidence.container import Container, Flags
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.feed import Feed
from workbench.evidence.shapes.history import history_record, is_history
from workbench.evidence.shapes.passes import PART, Pass, Source
from workbench.evidence.shapes.rows import Cell, aws_name, holds_events, not_events, record_of
from workbench.evidence.slices import end_of
from workbench.evidence.small import repeated
from workbench.evidence.text import distinct

_HEADER_CAP = 64 << 10
_MOST_CELLS = 10_000
_CELL = re.compile(rb'(?:"((?:[^"]++|"")*+)"|([^",\r\n][^,\r\n]*+|))(,|\r\n|\n|\r|\Z)')
_BLANK_LINES = re.compile(rb"[\r\n]*+")
_QUOTED = re.compile(rb'"(?:[^"]++|"")*+"')
_END_OF_LINE = re.compile(rb"\r\n|[\r\n]")

RowReader = Callable[[Iterable[Cell]], tuple[bytes, Flags]]


class Table(Pass):
    """A CSV text whose header names CloudTrail's columns.

    Parameters
    ----------
    source
        The text.
    shape, names, read
        What `header_of` found.

    Examples
    --------
    >>> source = lambda: iter([b'"eventID","eventName"\\n"e-1","ListUsers"\\n'])
    >>> [(part.flags, part.records) for part in Table(source, *header_of(source)).parts()]
    [(('partial',), [b'{"eventID":"e-1","eventName":"ListUsers"}'])]
    """

    def __init__(self, source: Source, shape: str, names: list[str], read: RowReader) -> None:
        super().__init__(source)
        self._shape, self._names, self._read = shape, names, read

    def parts(self) -> Iterator[Container]:
        """Go through the rows."""
        rows = Rows(self.feed)
        next(rows)
        for row in rows:
            if not isinstance(row, EvidenceFault) and len(row) != len(self._names):
                told = f"a row of {len(row)} cells under {len(self._names)} headings"
                row = EvidenceFault("not-an-object", told)
            if isinstance(row, EvidenceFault):
                self.collected.set_aside(row, 1 + rows.pass_equal())
            else:
                self.collected.add(*self._read(zip(self._names, row, strict=True)))
            yield from self.turn(least=PART)
        yield from self.turn()

    def verdict(self) -> Container:
        """Tell what the header told."""
        return Container(self._shape)


def header_of(source: Source) -> tuple[str, list[str], RowReader] | None:
    """Give the shape of a table, its columns, and what reads a row; None when it is none of events.

    Raises
    ------
    EvidenceFault
        `not-cloudtrail`: a query's result, but of no events.
    """
    feed = Feed(source())
    feed.ahead(_HEADER_CAP)
    line = feed.text.lstrip(b"\r\n")[:_HEADER_CAP].partition(b"\n")[0]
    cells = next(Rows(Feed([line])), [])
    told = [] if isinstance(cells, EvidenceFault) else cells
    names = [cell.decode("utf-8", "replace").strip() for cell in told]
    if is_history(names):
        return "event-history-csv", distinct(names), history_record
    columns = distinct(map(aws_name, names))
    if holds_events(columns):
        return "query-csv", columns, record_of
    if {"eventName", "eventSource"} & set(columns):
        raise not_events(columns)
    return None


class Rows:
    r"""Rows of CSV that are not blank; after a broken one reading goes on with the next line.

    Examples
    --------
    >>> list(Rows(Feed([b'a,"b, c"\n', b"\n1,2"])))
    [[b'a', b'b, c'], [b'1', b'2']]
    """

    def __init__(self, feed: Feed) -> None:
        self._feed, self._began = feed, 0

    def __iter__(self) -> Iterator[list[bytes] | EvidenceFault]:
        return self

    def __next__(self) -> list[bytes] | EvidenceFault:
        feed = self._feed
        while feed.ahead(1):
            feed.at = end_of(_BLANK_LINES, feed.text, feed.at)
            if feed.at < len(feed.text):
                self._began = feed.passed
                return self._row()
        raise StopIteration

    def pass_equal(self) -> int:
        """Pass the rows that are the same as the one before, where there are very many; tell how many."""
        feed = self._feed
        size = feed.passed - self._began
        before, line = feed.at, feed.text[feed.at - size : feed.at] if size <= feed.at else b""
        feed.at = repeated(feed.text, feed.at, line)
        return (feed.at - before) // max(size, 1)

    def _row(self) -> list[bytes] | EvidenceFault:
        """Read the row at the feed's place: anew with more text where it stops before the row does."""
        feed = self._feed
        cells: list[bytes] = []
        at = feed.at
        while True:
            cell = _CELL.match(feed.text, at)
            end = cell.end() if cell else _quoted_end(feed.text, at)
            if end == len(feed.text) and not feed.is_over:
                if end - feed.at > 2 * checks.RECORD_CAP:
                    return self._refuse(end, "too-large", f"more than {2 * checks.RECORD_CAP:,} bytes")
                feed.more()
                cells, at = [], feed.at
                continue
            if not cell:
                return self._refuse(end, "invalid-json", "quotes without an end, or text beside them")
            if len(cells) == _MOST_CELLS:
                return self._refuse(at, "not-an-object", f"more than {_MOST_CELLS:,} cells")
            cells.append(cell[2] if cell[1] is None else cell[1].replace(b'""', b'"'))
            at = end
            if cell[3] != b",":
                feed.at = end
                return cells

    def _refuse(self, at: int, reason: str, told: str) -> EvidenceFault:
        """Go to the line after a broken row."""
        self._feed.at = at
        while self._feed.ahead(1):
            end = _END_OF_LINE.search(self._feed.text, self._feed.at)
            self._feed.at = end.end() if end else len(self._feed.text)
            if end:
                break
        return EvidenceFault(reason, f"a broken row of CSV: {told}")


def _quoted_end(text: bytes, at: int) -> int:
    """Give the place after the quoted cell that something wrong follows, or the end of the text."""
    quoted = _QUOTED.match(text, at)
    return quoted.end() if quoted else len(text)
