"""What one inflated file holds: its shape, told by its content, and its records as the bytes delivered.

A trail file as CloudTrail delivers it, and a plain list of events, are cut in one pass of the fast parser;
nearly all evidence is that. Everything else goes through `workbench.evidence.shapes`, which has the table of
what is read. What is none of it is set aside with a reason.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

from dataclasses import replace

import msgspec

from workbench.evidence.archives import ZIP_MAGIC
from workbench.evidence.checks import looks_like_event
from workbench.evidence.container import Container, salvaged
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.shapes import read_shape
from workbench.evidence.shapes.kinds import is_marker, kind_of_binary
from workbench.evidence.text import hint, to_utf8

__all__ = ["Container", "read_container"]


class _Trail(msgspec.Struct):
    Records: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


_TRAIL = msgspec.json.Decoder(_Trail)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_RECORDS_KEY = b'"Records"'
_COMPACT_FRAME = len('{"Records":[]}')


def read_container(
    data: bytes, name: str = "", *, salvage: bool = False, cut: EvidenceFault | None = None
) -> Container:
    """Recognise one inflated file and cut it into records.

    Parameters
    ----------
    data
        The inflated bytes.
    name
        The file's name; it decides nothing but whether a file without readable text is a marker.
    salvage
        Keep the whole records of a text that stops before its end, flagged `salvaged`, with a warning.
    cut
        Why the data stops early already (`Delivered.cut`); implies `salvage`.

    Raises
    ------
    EvidenceFault
        The file as a whole cannot be used.

    Examples
    --------
    >>> container = read_container(b'{"Records": [{"eventName": "ListUsers"}, {"eventName":"GetUser"}]}')
    >>> container.shape, [bytes(record) for record in container.records]
    ('records', [b'{"eventName": "ListUsers"}', b'{"eventName":"GetUser"}'])
    >>> read_container(b'{"digestStartTime": "2026-09-01T00:00:00Z", "logFiles": []}').kind
    'digest'
    >>> saved = read_container(b'{"Records": [{"eventName": "ListUsers"}, {"eventNa', salvage=True)
    >>> len(saved.records), saved.flags, [index for index, _ in saved.faults]
    (1, ('salvaged',), [1])
    """
    try:
        container = _recognised(data, salvage=salvage or cut is not None)
    except EvidenceFault as fault:
        if fault.reason in ("empty", "not-json") and is_marker(name):
            return Container("", kind="marker")
        raise cut or fault from fault
    return salvaged(container, cut) if cut else container


def _recognised(data: bytes, *, salvage: bool) -> Container:
    kind = kind_of_binary(data)
    if kind:
        return Container("", kind=kind)
    text, flags = to_utf8(data)
    container = _trail(text) or _plain_list(text) or _other(text, salvage)
    return replace(container, flags=(*flags, *container.flags)) if flags else container


def _trail(text: bytes) -> Container | None:
    """Cut the usual trail file in one pass of the fast parser; None when it is anything else."""
    try:
        records = _TRAIL.decode(text).Records
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(records, msgspec.UnsetType):
        return None
    compact = len(text) == _COMPACT_FRAME + sum(map(len, records)) + max(len(records) - 1, 0)
    if not compact and text.count(_RECORDS_KEY) > 1:
        return None  # the key may stand there twice, and the fast parser gives the last list only
    return Container("records", records=records)


def _plain_list(text: bytes) -> Container | None:
    """Cut a list that starts with an event in one pass of the fast parser; None when it is anything else."""
    try:
        records = _LIST.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return Container("list", records=records) if records and looks_like_event(records[0]) else None


def _other(text: bytes, salvage: bool) -> Container:
    if not text.strip():
        raise EvidenceFault("empty", "nothing but blanks" if text else "no bytes")
    if text.startswith(ZIP_MAGIC):
        raise EvidenceFault("bad-archive", "a zip archive in a stream or an archive; unpack it")
    container = read_shape(text, salvage=salvage)
    if container is None:
        raise EvidenceFault("not-json", hint(text))
    return container
