"""A record per line: JSON Lines, and the lines that CloudWatch Logs exports with a time before each.

References
----------
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html
"""

import re
from collections.abc import Iterator

import msgspec

from workbench.evidence import feed as feeds
from workbench.evidence.checks import RECORD_CAP, members_of, oversize
from workbench.evidence.container import Container
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.shapes.envelopes import Envelopes
from workbench.evidence.shapes.kinds import KIND_KEYS, kind_of
from workbench.evidence.shapes.passes import PART, Pass, Source
from workbench.evidence.small import SmallEntries

_ANY = msgspec.json.Decoder(msgspec.Raw)
_BLOCK = 1 << 20  # lines that are cut at a time
LOOKED_AT = RECORD_CAP
"""Bytes of lines among which there must be a record, or the text is something else."""
# `aws logs tail` writes the stream's name between the time and the event.
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT[0-9:.]++(?:Z|[+-]\d\d:?\d\d)?[ \t](?:[^\s{]++[ \t])?(?=\{)")
_SMALL = SmallEntries(b"\n")


class Lines(Pass):
    """A text of lines; it is one of records when a line has a time, or there are several and some an object.

    Raises
    ------
    EvidenceFault
        `not-cloudtrail`: lines of JSON about something else.

    Examples
    --------
    >>> lines = Lines(lambda: iter([b'2026-09-02T04:20:00.000Z {"eventName":"ListUsers"}']))
    >>> [part.records for part in lines.parts()], lines.verdict().shape
    ([[b'{"eventName":"ListUsers"}']], 'log-lines')
    """

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._envelopes = Envelopes()
        self._has_time = self._has_object = False
        self._kinds: set[str | None] = set()
        self._looked_at = 0

    def parts(self) -> Iterator[Container]:
        """Go through the lines."""
        feed = self.feed
        while feed.ahead(1) and not self._is_hopeless():
            feed.ahead(feeds.WINDOW // 2)
            end, runs = _SMALL.match(feed.text, feed.at)
            self._looked_at += end - feed.at
            feed.at, before = end, feed.at
            for run in runs:
                self._kinds.add(None)
                self.collected.set_aside(run.fault, run.number)
            if end == before:
                self._take_lines()
            yield from self.turn(least=PART)
        yield from self.turn()

    def _is_hopeless(self) -> bool:
        return self._looked_at > LOOKED_AT and not (self._has_time or self._has_object)

    def _take_lines(self) -> None:
        feed = self.feed
        end = feed.text.rfind(b"\n", feed.at, feed.at + _BLOCK) + 1
        if end:
            block, feed.at = feed.text[feed.at : end], end
        else:
            line = feed.line()
            if line.text is None:
                self._kinds.add(None)
                self.collected.set_aside(oversize(line.size))
                return
            block = line.text
        self._looked_at += len(block)
        for text in block.split(b"\n"):
            self._take_line(text.strip())

    def _take_line(self, line: bytes) -> None:
        if not line:
            return
        stamp = _STAMP.match(line)
        self._has_time = self._has_time or bool(stamp)
        entry = line[stamp.end() :] if stamp else line
        self._has_object = self._has_object or _is_object(entry)
        if None not in self._kinds and len(self._kinds) < 2:
            self._kinds.add(kind_of(members_of(entry, KIND_KEYS)))
        self.collected.take(entry, self._envelopes.open)

    def verdict(self) -> Container | None:
        """Tell what the lines are."""
        if not self._has_time and (self.collected.entries < 2 or not self._has_object):
            return None
        if len(self._kinds) == 1 and None not in self._kinds:
            return Container("", kind=self._kinds.pop() or "")
        if self._envelopes.shape or self.has_event:
            return Container(self._envelopes.shape or ("log-lines" if self._has_time else "json-lines"))
        raise EvidenceFault("not-cloudtrail", "lines, but none looks like a CloudTrail record")


def _is_object(line: bytes) -> bool:
    if not (line.startswith(b"{") and line.endswith(b"}")):
        return False
    try:
        _ANY.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
