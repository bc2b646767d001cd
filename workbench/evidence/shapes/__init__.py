"""The shapes in which CloudTrail's events are kept, told by their content and never by a name.

The names are those of `shape` in `wb.evidence_files`, in order of recognition. *Index* is what
`source_index` counts, from 0.

================== ================================================= ====================== =============
shape              told by                                           record                 index
================== ================================================= ====================== =============
records            an object with a list under `Records`             the entry              entry
config-items       `configurationItems` (AWS Config)                 the entry              entry
tag-mappings       `ResourceTagMappingList` (tags of resources)      the entry              entry
list               a list                                            the entry              entry
event              an object with keys of an event                   the object             0
lookup-events      `Events`, or an entry with `CloudTrailEvent`      the text in it         entry
query-rows         `QueryResultRows` (CloudTrail Lake)               eventJson, or the row* row
log-events         `events` or `logEvents` (CloudWatch Logs)         the text of `message`  entry
opensearch         `hits.hits`, or an object with `_source`          `_source`              entry
eventbridge        an object with `detail-type` and `detail`         `detail`               entry or line
documents          several event objects, one after another          the object             document
query-csv          CSV with columns of Lake or Athena, any case      eventJson, or the row* data row
event-history-csv  CSV with the console's headings                   the row*               data row
log-lines          lines with a time before the event                the JSON after it      line
json-lines         more than one line, and objects among them        the line               line
================== ================================================= ====================== =============

\\* A row shows what was asked for and no more: such records have the flag `partial`. Their columns get AWS's
spelling; cells of structured columns that are JSON become JSON, and the `{key=value}` text of Lake and Athena
stays text; empty cells say nothing.

Blank lines and rows are not counted. Pages of one answer in one file are counted on. An entry may be in an
envelope (`envelopes`), in lists, lines and answers alike. What cannot be read is set aside at its place.

`documents`, `answers`
    JSON: objects, lists, pages, several documents in one text; objects with a list of entries.
`envelopes`
    What other services put around one record.
`passes`
    How a text of any size is gone through: twice, in parts.
`tables`, `rows`, `history`
    CSV, and a row as a record.
`lines`
    A record per line.
`kinds`
    Files that hold no events: digests, Config files, markers.
"""

from collections.abc import Iterator

from workbench.evidence.container import Container
from workbench.evidence.feed import Feed
from workbench.evidence.shapes.documents import Documents, may_be_lines
from workbench.evidence.shapes.lines import Lines
from workbench.evidence.shapes.passes import Source, all_of, read_twice
from workbench.evidence.shapes.tables import Table, header_of

__all__ = ["Source", "read_shape"]


def read_shape(source: Source, *, salvage: bool = False) -> Iterator[Container] | None:
    """Recognise a text of UTF-8 and cut it into records, some at a time; None when it has no shape.

    Raises
    ------
    EvidenceFault
        The text cannot be used.

    Examples
    --------
    >>> [part.shape for part in read_shape(lambda: iter([b'[{"eventName":"ListUsers"}]']))]
    ['list']
    >>> read_shape(lambda: iter([b"plain words"])) is None
    True
    """
    if Feed(source()).sign() in (b"{", b"["):
        lines = read_twice(lambda: Lines(source)) if may_be_lines(source) else None
        return lines or read_twice(lambda: Documents(source, salvage=salvage))
    header = header_of(source)
    if header:
        return all_of(Container(header[0]), Table(source, *header).parts())
    return read_twice(lambda: Lines(source))
