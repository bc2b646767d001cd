"""Rows into Arrow columns, on their way into the case."""

from collections.abc import Sequence

import pyarrow as pa

from workbench.events.columns import EVENTS
from workbench.events.decode import Row

STORED = EVENTS.append(pa.field("content_hash", pa.binary()))
"""The columns of the events table, and the hash that tells second deliveries from conflicts."""


def to_table(rows: Sequence[Row]) -> pa.Table:
    """Build one Arrow table of the stored columns.

    Examples
    --------
    >>> from workbench.events.decode import decode
    >>> to_table([decode(b'{"eventID":"e-1","eventName":"ListUsers"}')]).column("eventName").to_pylist()
    ['ListUsers']
    """
    return pa.Table.from_pylist(list(rows), schema=STORED)
