"""A record per line: JSON Lines, and the lines that CloudWatch Logs exports with a time before each.

References
----------
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html
"""

import re

import msgspec

from workbench.evidence.checks import looks_like_event, members_of
from workbench.evidence.container import Collected, Container
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.shapes.envelopes import Envelopes
from workbench.evidence.shapes.kinds import kind_of

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
# `aws logs tail` writes the stream's name between the time and the event.
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT[0-9:.]++(?:Z|[+-]\d\d:?\d\d)?[ \t](?:[^\s{]++[ \t])?(?=\{)")


def read_lines(text: bytes) -> Container | None:
    """Read a record per line; None when no line has a time, and there is one only or none is an object.

    Raises
    ------
    EvidenceFault
        `not-cloudtrail`: lines of JSON about something else.

    Examples
    --------
    >>> lines = read_lines(b'2026-09-02T04:20:00.000Z {"eventName":"ListUsers"}')
    >>> lines.shape, lines.records
    ('log-lines', [b'{"eventName":"ListUsers"}'])
    """
    lines = [line for line in (line.strip() for line in text.split(b"\n")) if line]
    stamped = [_STAMP.match(line) for line in lines]
    entries = [line[stamp.end() :] if stamp else line for line, stamp in zip(lines, stamped, strict=True)]
    if not any(stamped) and (len(entries) < 2 or not any(map(_is_object, entries))):
        return None
    kind = kind_of(members_of(entries[0]))
    if kind and all(kind_of(members_of(entry)) == kind for entry in entries):
        return Container("", kind=kind)
    return _records(entries, "log-lines" if any(stamped) else "json-lines")


def _records(entries: list[bytes], shape: str) -> Container:
    collected, envelopes = Collected(), Envelopes()
    for entry in entries:
        collected.take(entry, envelopes.open)
    if envelopes.shape or any(map(looks_like_event, collected.records)):
        return collected.container(envelopes.shape or shape)
    raise EvidenceFault("not-cloudtrail", "lines, but none looks like a CloudTrail record")


def _is_object(line: bytes) -> bool:
    if not (line.startswith(b"{") and line.endswith(b"}")):
        return False
    try:
        _OBJECT.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
