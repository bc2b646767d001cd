"""JSON documents: an object with a list of entries, a list, one record, or several of these in a row.

Pages of an AWS answer that were saved one after another, and what `jq` prints, are several documents in one
file; their entries are counted on from page to page.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from workbench.evidence import slices
from workbench.evidence.checks import EVENT_KEYS, RecordText, key_text, members_of
from workbench.evidence.container import Container, salvaged
from workbench.evidence.cutting import Members
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.feed import Feed
from workbench.evidence.shapes.answers import LISTS, list_under
from workbench.evidence.shapes.envelopes import Envelopes, may_hold_envelopes, opened
from workbench.evidence.shapes.kinds import KIND_KEYS, LIST_OF, kind_of
from workbench.evidence.shapes.passes import PART, IsRaw, Pass, Source
from workbench.evidence.slices import Scan

_FOREIGN = {"not-cloudtrail", "not-an-object", "empty-record"}
_STARTS = frozenset(f'"{key}"'.encode() for key in LISTS)
_KIND_OF_LIST = {key: kind for kind, key in LIST_OF.items()}
_ABOUT = ("fileVersion", "configSnapshotId")
_SHORT = re.compile(rb'"[^"\\]{0,200}"')  # an escape in it would be none of AWS's
_MOST_KEYS = 1000
_TELLING = EVENT_KEYS | KIND_KEYS | {"Records"}
AT_ONCE = 1 << 20
"""Bytes of an object that is looked at as a whole; of a larger one the first list of entries counts."""


class Documents(Pass):
    r"""A text that starts with a bracket.

    Raises
    ------
    EvidenceFault
        `invalid-json`, `trailing-data`, `records-not-a-list`, `not-cloudtrail`, `opensearch` or `too-large`.

    Examples
    --------
    >>> page = rb'{"Events": [{"CloudTrailEvent": "{\"eventName\":\"ListUsers\"}"}]}'
    >>> pages = Documents(lambda: iter([page, page]))
    >>> [(list(part.places()), part.records) for part in pages.parts()]
    [([0, 1], [b'{"eventName":"ListUsers"}', b'{"eventName":"ListUsers"}'])]
    >>> pages.verdict().shape
    'lookup-events'
    """

    def __init__(self, source: Source, *, salvage: bool = False) -> None:
        super().__init__(source)
        self._salvage = salvage
        self._shapes: Counter[tuple[str, str]] = Counter()
        self._cut: EvidenceFault | None = None
        self._about: dict[str, str] = {}

    def parts(self) -> Iterator[Container]:
        """Go through the documents."""
        while sign := self.feed.sign():
            if sign == b"[":
                yield from self._list()
            elif sign == b"{":
                yield from self._object()
            else:
                told = f"{self.feed.drain():,} bytes follow the JSON document"
                raise EvidenceFault("trailing-data", told)
        yield from self.turn()

    def _note(self, shape: str, kind: str = "events") -> None:
        self._shapes[shape, kind] += 1

    def _see_end(self, is_whole: bool) -> None:
        """Refuse a document that is cut, unless what is whole of it is asked for."""
        if not is_whole:
            told = f"the JSON stops after {self.feed.passed:,} bytes, before its end"
            self._cut = EvidenceFault("invalid-json", told)
            if not self._salvage:
                raise self._cut

    def _list(self) -> Iterator[Container]:
        envelopes = Envelopes()
        yield from self.cut(self.feed, envelopes.open, _are_bare)
        yield from self.turn()
        self._see_end(self.is_closed)
        if self.has_event or envelopes.shape or not self.collected.entries:
            self._note(envelopes.shape or "list")
        elif not self._cut:
            raise EvidenceFault("not-cloudtrail", "a list, but no entry looks like a CloudTrail record")

    def _object(self) -> Iterator[Container]:
        feed = self.feed
        feed.ahead(AT_ONCE)
        end, is_end = Scan(to_close=True).go(feed.text, feed.at, feed.at + AT_ONCE)
        if not is_end:
            yield from self._large_object()
            return
        document = feed.text[feed.at : end]
        feed.at = end
        yield from self._take(document)

    def _large_object(self) -> Iterator[Container]:
        """Go through the members: a list of entries is read in pieces, all else held while it is little."""
        feed, start, taken = self.feed, self.feed.passed, ""
        feed.held, members, keys = feed.at, Members(self.feed), set()
        for quoted, value in members:
            key = key_text(quoted)
            keys.add(key)
            if key in _ABOUT:
                self._note_about(key, feed.text[value : value + 300])
            if key in LISTS and feed.text[value : value + 1] == b"[":
                if taken not in ("", key):
                    raise _too_large(feed.passed - start, f"it has lists under {taken} and {key}")
                taken, feed.held, feed.at = key, None, value
                yield from self.cut(feed, LISTS[key][1], _raw_under(key))
        yield from self._end_large(keys, taken, feed.passed - start, members.is_whole)

    def _end_large(self, keys: set[str], taken: str, size: int, is_whole: bool) -> Iterator[Container]:
        feed = self.feed
        held = None if feed.held is None else feed.text[feed.held : feed.at]
        feed.held = None
        self._see_end(is_whole)
        if taken:
            self._note(LISTS[taken][0], _KIND_OF_LIST.get(taken, "events"))
        elif held is not None and is_whole:
            yield from self._take(held)
        elif held is not None:
            with suppress(EvidenceFault):  # what was cut off may be what tells the document
                yield from self._take(held)
        elif kind := kind_of(keys):
            self._note("", kind)
        else:
            raise _too_large(size, "save its events one per line")

    def _take(self, document: bytes) -> Iterator[Container]:
        """Read one object as a whole."""
        told = members_of(document, _TELLING)
        kind = None if "Records" in told else kind_of(told)
        if kind in LIST_OF:
            for key in _ABOUT:
                self._note_about(key, members_of(document, _ABOUT).get(key, b""))
            yield from self._take_lists(document, [LIST_OF[kind]])
        elif kind:
            self._note("", kind)
        elif "Records" not in told and not EVENT_KEYS.isdisjoint(told):
            self.collected.add(document)
            self._note("event")
        else:
            yield from self._take_lists(document)
        yield from self.turn(least=PART)

    def _note_about(self, key: str, value: bytes) -> None:
        """Remember what the first document says of itself; the start of the value is enough."""
        short = _SHORT.match(value)
        if short:
            self._about.setdefault(key, short[0][1:-1].decode("utf-8", "replace"))

    def _take_lists(self, document: bytes, wanted: Collection[str] = LISTS) -> Iterator[Container]:
        keys: set[str] = set()
        values: list[tuple[str, bytes]] = []
        for quoted, value in slices.members(document):
            key = key_text(quoted)
            keys |= {key} if len(keys) < _MOST_KEYS else set()
            values += [(key, value)] if key in wanted else []
        for key, (shape, reader) in LISTS.items():
            lists = [list_under(key, value) for name, value in values if name == key]
            for text in lists:
                if text is not None:
                    yield from self.cut(Feed([text]), reader, _raw_under(key))
            if any(text is not None for text in lists):
                self._note(shape, _KIND_OF_LIST.get(key, "events"))
                return
        self._take_envelope(document, keys)

    def _take_envelope(self, document: bytes, keys: set[str]) -> None:
        text, shape = opened(document)
        if shape is None:
            some = ", ".join(sorted(keys)[:8]) or "(none)"
            raise EvidenceFault("not-cloudtrail", f"an object with the keys {some}")
        self.collected.add(text)
        self._note(shape)

    def verdict(self) -> Container | None:
        """Tell what the documents are."""
        if self._cut and not (self._shapes and self.has_records):
            raise self._cut
        (shape, kind), documents = next(iter(self._shapes)), self._shapes.total()
        if len(self._shapes) > 1:
            told = ", ".join(sorted({name or kind for name, kind in self._shapes}))
            raise EvidenceFault("trailing-data", f"{documents} JSON documents of different shapes: {told}")
        if kind != "events":
            other = Container(shape, kind=kind, about=self._about)
            return salvaged(other, self._cut) if self._cut else other
        self._refuse_foreign(shape)
        if shape == "event" and documents == 1 and self.first_fault:
            raise EvidenceFault(self.first_fault.reason, self.first_fault.detail)
        container = Container("documents" if shape == "event" and documents > 1 else shape)
        if shape == "records" and documents > 1:
            told = f"{documents} JSON documents one after another, all of them read"
            container = replace(container, warnings=(("documents", told),))
        return salvaged(container, self._cut) if self._cut else container

    def _refuse_foreign(self, shape: str) -> None:
        """Set the file aside when it is an answer of AWS's or of a search, but about something else."""
        first = self.first_fault
        if not first or self.has_records or shape == "records" or not self.reasons <= _FOREIGN:
            return
        if shape == "opensearch":
            raise EvidenceFault("opensearch", "a search answer, but no _source in it is a CloudTrail record")
        raise EvidenceFault("not-cloudtrail", f"{shape}, but: {first.detail}")


def may_be_lines(source: Source) -> bool:
    """Tell whether a text that starts with an object may be records on lines, and not documents.

    An object that is followed by something must not pass for the first line when it is a page, or spans
    lines: its entries would be called broken lines.

    Examples
    --------
    >>> may_be_lines(lambda: iter([b'{"a":1}\\n{"a":2}'])), may_be_lines(lambda: iter([b'{"a":1}']))
    (True, False)
    """
    feed = Feed(source())
    if feed.sign() != b"{":
        return False
    feed.held, members = feed.at, Members(feed)
    for quoted, _ in members:
        if quoted in _STARTS:
            return False
        if feed.held is None:
            return True
    if not members.is_whole or feed.held is None:
        return True
    spans_lines = b"\n" in feed.text[feed.held : feed.at]
    return not spans_lines and bool(feed.sign())


def _are_records(entries: Sequence[RecordText]) -> bool:
    return True


def _raw_under(key: str) -> IsRaw:
    return _are_records if key == "Records" or key in _KIND_OF_LIST else _none


def _none(entries: Sequence[RecordText]) -> bool:
    return False


def _are_bare(entries: Sequence[RecordText]) -> bool:
    return not may_hold_envelopes(b",".join(entries))


def _too_large(size: int, remedy: str) -> EvidenceFault:
    told = f"a JSON object of {size:,} bytes that cannot be read in pieces: {remedy}"
    return EvidenceFault("too-large", told)
