"""JSON documents: an object with a list of entries, a list, one record, or several of these in a row.

Pages of an AWS answer that were saved one after another, and what `jq` prints, are several documents in one
file; their entries are counted on from page to page.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from workbench.evidence import slices
from workbench.evidence.checks import EVENT_KEYS, key_text, looks_like_event
from workbench.evidence.container import Collected, Container, salvaged
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.shapes.answers import LISTS, elements, entries
from workbench.evidence.shapes.envelopes import Envelopes, opened
from workbench.evidence.shapes.kinds import kind_of
from workbench.evidence.shapes.lines import read_lines

_NOT_BLANK = re.compile(rb"[^ \t\r\n]")
_FOREIGN = {"not-cloudtrail", "not-an-object", "empty-record"}
_STARTS = tuple(f'"{key}"'.encode() for key in LISTS)


def read_documents(text: bytes, *, salvage: bool = False) -> Container | None:
    r"""Read a text that starts with a bracket; None for any other.

    Raises
    ------
    EvidenceFault
        `invalid-json`, `trailing-data`, `records-not-a-list`, `not-cloudtrail` or `opensearch`.

    Examples
    --------
    >>> page = rb'{"Events": [{"CloudTrailEvent": "{\"eventName\":\"ListUsers\"}"}]}'
    >>> pages = read_documents(page + page)
    >>> pages.shape, list(pages.places()), pages.records[1]
    ('lookup-events', [0, 1], b'{"eventName":"ListUsers"}')
    """
    start = _next(text, 0)
    if text[start : start + 1] not in (b"{", b"["):
        return None
    parts, end = slices.elements(text, start)
    alone = end >= 0 and _next(text, end) == len(text)
    # What is cut, or followed by something, must not pass for JSON Lines when it is a page or spans lines:
    # its entries would be called broken lines.
    is_page = text.startswith(b"[", start) or any(part.startswith(_STARTS) for part in parts)
    spans_lines = text.find(b"\n", start, end) >= 0 if end >= 0 else False
    lines = None if alone or is_page or spans_lines else read_lines(text)
    return lines or _read(text, start, end, salvage)


def _next(text: bytes, place: int) -> int:
    """Give the place of the next byte that is not blank, or the end of the text."""
    found = _NOT_BLANK.search(text, place)
    return found.start() if found else len(text)


def _read(text: bytes, start: int, end: int, salvage: bool) -> Container:
    """Read one document or several; with `salvage` the last one may be cut."""
    collected, shapes = Collected(), []
    cut = None
    for document, whole in _documents(text, start, end):
        if whole:
            shapes.append(_take(document, collected))
            continue
        cut = EvidenceFault("invalid-json", f"the JSON stops after {len(text):,} bytes, before its end")
        if not salvage:
            raise cut
        with suppress(EvidenceFault):  # what was cut off may be what tells the document
            shapes.append(_take(document, collected))
    if cut and not (shapes and collected.records):
        raise cut
    container = _container(shapes, collected)
    return salvaged(container, cut) if cut else container


def _documents(text: bytes, start: int, end: int) -> Iterator[tuple[bytes, bool]]:
    """Give each document, and whether it is whole; the first one ends at `end` (-1: it is cut)."""
    while end >= 0:
        yield text[start:end], True
        start = _next(text, end)
        if start == len(text):
            return
        if text[start : start + 1] not in (b"{", b"["):
            raise EvidenceFault("trailing-data", f"{len(text) - start:,} bytes follow the JSON document")
        end = slices.elements(text, start)[1]
    yield text[start:], False


def _take(document: bytes, collected: Collected) -> tuple[str, str]:
    """Add a document's entries; return the shape and the kind of it."""
    if document.startswith(b"["):
        return _take_list(document, collected), "events"
    members = [(key_text(key), value) for key, value in slices.members(document)]
    keys = {key for key, _ in members}
    kind = None if "Records" in keys else kind_of(keys)
    if kind:
        return "", kind
    if "Records" not in keys and not EVENT_KEYS.isdisjoint(keys):
        collected.add(document)
        return "event", "events"
    for key, (shape, reader) in LISTS.items():
        lists = [entries(key, value) for name, value in members if name == key]
        for entry in (entry for some in lists for entry in some or ()):
            collected.take(entry, reader)
        if any(some is not None for some in lists):
            return shape, "events"
    return _take_envelope(document, keys, collected), "events"


def _take_list(document: bytes, collected: Collected) -> str:
    envelopes = Envelopes()
    for entry in elements(document):
        collected.take(entry, envelopes.open)
    if collected.entries and not envelopes.shape and not any(map(looks_like_event, collected.records)):
        raise EvidenceFault("not-cloudtrail", "a list, but no entry looks like a CloudTrail record")
    return envelopes.shape or "list"


def _take_envelope(document: bytes, keys: set[str], collected: Collected) -> str:
    text, shape = opened(document)
    if shape is None:
        some = ", ".join(sorted(keys)[:8]) or "(none)"
        raise EvidenceFault("not-cloudtrail", f"an object with the keys {some}")
    collected.add(text)
    return shape


def _container(shapes: list[tuple[str, str]], collected: Collected) -> Container:
    shape, kind = shapes[0]
    if len(set(shapes)) > 1:
        told = ", ".join(sorted({name or kind for name, kind in shapes}))
        raise EvidenceFault("trailing-data", f"{len(shapes)} JSON documents of different shapes: {told}")
    if kind != "events":
        return Container("", kind=kind)
    _refuse_foreign(shape, collected)
    if shape == "event" and len(shapes) == 1 and collected.faults:
        raise collected.faults[0][1]
    container = collected.container("documents" if shape == "event" and len(shapes) > 1 else shape)
    if shape != "records" or len(shapes) == 1:
        return container
    told = f"{len(shapes)} JSON documents one after another, all of them read"
    return replace(container, warnings=(("documents", told),))


def _refuse_foreign(shape: str, collected: Collected) -> None:
    """Set the file aside when it is an answer of AWS's or of a search, but about something else."""
    reasons = {fault.reason for _, fault in collected.faults}
    if collected.records or shape == "records" or not reasons or not reasons <= _FOREIGN:
        return
    if shape == "opensearch":
        raise EvidenceFault("opensearch", "a search answer, but no _source in it is a CloudTrail record")
    raise EvidenceFault("not-cloudtrail", f"{shape}, but: {collected.faults[0][1].detail}")
