"""What one inflated file holds: its shape, told by its content, and its records as the bytes delivered.

A trail file as CloudTrail delivers it, and a plain list of events, are cut in one pass of the fast parser;
nearly all evidence is that. Everything else goes through `workbench.evidence.shapes`, which has the table of
what is read. What is none of it is set aside with a reason.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import msgspec

from workbench.evidence.archives import ZIP_MAGIC
from workbench.evidence.checks import looks_like_event
from workbench.evidence.container import Container, joined, salvaged
from workbench.evidence.cutting import MOST_ENTRIES
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.feed import Feed
from workbench.evidence.reading import Delivered, refuse_tar
from workbench.evidence.shapes import Source, read_shape
from workbench.evidence.shapes.envelopes import may_hold_envelopes
from workbench.evidence.shapes.kinds import is_marker, kind_of_binary
from workbench.evidence.shapes.passes import are_usual
from workbench.evidence.text import encoding_of, hint, to_utf8

__all__ = ["Container", "read_container", "read_containers"]


class _Trail(msgspec.Struct):
    Records: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


_TRAIL = msgspec.json.Decoder(_Trail)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_RECORDS_KEY = b'"Records"'
_COMPACT_FRAME = len('{"Records":[]}')
AT_ONCE = 4 << 20
"""Bytes of a text that is parsed as one, however many entries it may have."""


def read_containers(delivered: Delivered, name: str = "", *, salvage: bool = False) -> Iterator[Container]:
    """Recognise one file and cut it into records; a large one gives them in several containers, in order.

    All of the file is gone through before the first is given: what cannot be used raises here. Its shape,
    kind and warnings are in each, respectively in the first.

    Parameters
    ----------
    delivered
        What `read_file` gave; its `cut` implies `salvage`.
    name
        The file's name; it decides nothing but whether a file without readable text is a marker.
    salvage
        Keep the whole records of a text that stops before its end, flagged `salvaged`, with a warning.

    Raises
    ------
    EvidenceFault
        The file as a whole cannot be used.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from workbench.evidence import find_files, read_file
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.json"
    >>> _ = path.write_text('{"Records":[{"eventName":"ListUsers"}]}')
    >>> for container in read_containers(read_file(find_files(path)[0])):
    ...     container.shape, [bytes(record) for record in container.records]
    ('records', [b'{"eventName":"ListUsers"}'])
    """
    cut = delivered.cut
    try:
        containers = _recognised(delivered, salvage=salvage or cut is not None)
    except EvidenceFault as fault:
        if fault.reason in ("empty", "not-json") and is_marker(name):
            return iter([Container("", kind="marker")])
        raise cut or fault from fault
    return (salvaged(container, cut) for container in containers) if cut else containers


def read_container(
    data: bytes, name: str = "", *, salvage: bool = False, cut: EvidenceFault | None = None
) -> Container:
    """Recognise inflated bytes and cut them into records, all in one container.

    Parameters are those of `read_containers`; `data` is in memory, and so are its records.

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
    >>> len(saved.records), saved.flags, [fault.index for fault in saved.faults]
    (1, ('salvaged',), [1])
    """
    return joined(list(read_containers(Delivered(data, "", "", 0, cut), name, salvage=salvage)))


def _recognised(delivered: Delivered, *, salvage: bool) -> Iterator[Container]:
    kind = kind_of_binary(delivered.data)
    if kind:
        return iter([Container("", kind=kind)])
    mark, codec = encoding_of(delivered.data)
    source: Source = partial(_text, delivered, mark, codec)
    if delivered.is_held:
        text = b"".join(source())
        container = _trail(text) or _plain_list(text)
        source = partial(_alone, text)
    else:
        container = None
    containers = iter([container]) if container else _other(source, salvage)
    return (_flagged(container, "decoded-utf16") for container in containers) if codec else containers


def _text(delivered: Delivered, mark: int, codec: str) -> Iterator[bytes]:
    return to_utf8(delivered.pieces(), mark, codec)


def _alone(text: bytes) -> Iterator[bytes]:
    return iter((text,))


def _flagged(container: Container, flag: str) -> Container:
    return replace(container, flags=(flag, *container.flags))


def _may_be_parsed(text: bytes) -> bool:
    """Tell whether a text has not too many entries for all of them to be in memory."""
    return len(text) <= AT_ONCE or text.count(b",") <= MOST_ENTRIES


def _trail(text: bytes) -> Container | None:
    """Cut the usual trail file in one pass of the fast parser; None when it is anything else."""
    if not _may_be_parsed(text):
        return None
    try:
        records = _TRAIL.decode(text).Records
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(records, msgspec.UnsetType) or not are_usual(records):
        return None
    compact = len(text) == _COMPACT_FRAME + sum(map(len, records)) + max(len(records) - 1, 0)
    if not compact and text.count(_RECORDS_KEY) > 1:
        return None  # the key may stand there twice, and the fast parser gives the last list only
    return Container("records", records=records)


def _plain_list(text: bytes) -> Container | None:
    """Cut a list of events in one pass of the fast parser; None when it is anything else."""
    if not text.lstrip().startswith(b"[") or not _may_be_parsed(text) or may_hold_envelopes(text):
        return None
    try:
        records = _LIST.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    is_list = records and are_usual(records) and looks_like_event(records[0])
    return Container("list", records=records) if is_list else None


def _other(source: Source, salvage: bool) -> Iterator[Container]:
    feed = Feed(source())
    start = feed.text[:4096]
    if not feed.sign():
        raise EvidenceFault("empty", "nothing but blanks" if start else "no bytes")
    if start.startswith(ZIP_MAGIC):
        raise EvidenceFault("bad-archive", "a zip archive in a stream or an archive; unpack it")
    refuse_tar(start)
    containers = read_shape(source, salvage=salvage)
    if containers is None:
        raise EvidenceFault("not-json", hint(start))
    return containers
