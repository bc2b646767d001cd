"""The shapes in which CloudTrail's events are kept, told by their content and never by a name.

The names are those of `shape` in `wb.evidence_files`, in order of recognition. *Index* is what
`source_index` counts, from 0.

================== ================================================= ====================== =============
shape              told by                                           record                 index
================== ================================================= ====================== =============
records            an object with a list under `Records`             the entry              entry
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
`tables`, `rows`, `history`
    CSV, and a row as a record.
`lines`
    A record per line.
`kinds`
    Files that hold no events: digests, Config files, markers.
"""

from workbench.evidence.container import Container
from workbench.evidence.shapes.documents import read_documents
from workbench.evidence.shapes.lines import read_lines
from workbench.evidence.shapes.tables import read_table

__all__ = ["read_shape"]


def read_shape(text: bytes, *, salvage: bool = False) -> Container | None:
    """Recognise a text of UTF-8 and cut it into records; None when it has none of the shapes.

    Examples
    --------
    >>> read_shape(b'[{"eventName":"ListUsers"}]').shape, read_shape(b"plain words")
    ('list', None)
    """
    return read_documents(text, salvage=salvage) or read_table(text) or read_lines(text)
