"""One record in an envelope: what other services put around a CloudTrail event.

References
----------
https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Event.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilteredLogEvent.html
"""

from typing import NamedTuple

from workbench.evidence.checks import EVENT_KEYS, looks_like_event, members_of, unquoted
from workbench.evidence.container import Flags
from workbench.evidence.faults import EvidenceFault


class Envelope(NamedTuple):
    """An object that holds a record: how it is told, and under which key the record is."""

    shape: str
    sign: str
    key: str


ENVELOPES = (
    Envelope("eventbridge", "detail-type", "detail"),
    Envelope("lookup-events", "CloudTrailEvent", "CloudTrailEvent"),
    Envelope("opensearch", "_source", "_source"),
    Envelope("log-events", "message", "message"),
)
_SIGNS = tuple(f'"{envelope.sign}"'.encode() for envelope in ENVELOPES)
_TELLING = EVENT_KEYS.union(*((envelope.sign, envelope.key) for envelope in ENVELOPES))
_LEVELS = 3  # a log group may hold EventBridge envelopes, and a search index log events


class Opened(NamedTuple):
    """A record, and the shape of the outermost envelope it was in."""

    text: bytes
    shape: str | None


def opened(text: bytes) -> Opened:
    r"""Take a record out of its envelopes; a record without one stays as it is.

    Raises
    ------
    EvidenceFault
        `not-cloudtrail`: an envelope, but around something else; `invalid-json`.

    Examples
    --------
    >>> opened(b'{"detail-type": "AWS API Call via CloudTrail", "detail": {"eventName": "ListUsers"}}')
    Opened(text=b'{"eventName": "ListUsers"}', shape='eventbridge')
    >>> opened(b'{"eventName": "ListUsers"}').shape is None
    True
    """
    shape = None
    for _ in range(_LEVELS):
        inner = _inside(text)
        if inner is None:
            break
        text, shape = inner.text, shape or inner.shape
    if shape and not looks_like_event(text):
        raise EvidenceFault("not-cloudtrail", f"an envelope ({shape}) around something else")
    return Opened(text, shape)


def may_hold_envelopes(text: bytes) -> bool:
    """Tell whether a text has the sign of an envelope anywhere.

    Examples
    --------
    >>> may_hold_envelopes(b'{"detail-type": "x"}'), may_hold_envelopes(b'{"eventName": "ListUsers"}')
    (True, False)
    """
    return any(sign in text for sign in _SIGNS)


def _inside(text: bytes) -> Opened | None:
    if not may_hold_envelopes(text):  # cheaper than to parse every record
        return None
    members = members_of(text, _TELLING)
    if not EVENT_KEYS.isdisjoint(members):
        return None
    for shape, sign, key in ENVELOPES:
        if sign in members and key in members:
            inner = unquoted(members[key]).strip()
            return Opened(inner, shape) if inner.startswith(b"{") else None
    return None


def content(entry: bytes, key: str) -> bytes:
    r"""Give the record that an entry of an AWS answer holds under `key`.

    Raises
    ------
    EvidenceFault
        `not-an-object`, `invalid-json`, or `not-cloudtrail`: there is none.

    Examples
    --------
    >>> content(rb'{"EventId": "e-1", "CloudTrailEvent": "{\"eventID\": \"e-1\"}"}', "CloudTrailEvent")
    b'{"eventID": "e-1"}'
    """
    if not entry.startswith(b"{"):
        shown = entry[:20].decode("utf-8", "replace")
        raise EvidenceFault("not-an-object", f"{shown} where an entry with {key} belongs")
    value = members_of(entry, [key]).get(key)
    if value is None:
        raise EvidenceFault("not-cloudtrail", f"an entry without {key}")
    inner = unquoted(value).strip()
    if not inner.startswith(b"{"):
        shown = inner[:20].decode("utf-8", "replace")
        raise EvidenceFault("not-cloudtrail", f"{key} is {shown} where a record belongs")
    return inner


class Envelopes:
    """Opens the entries of one container, and remembers what they came in."""

    def __init__(self) -> None:
        self.shape: str | None = None

    def open(self, entry: bytes) -> tuple[bytes, Flags]:
        """Take a record out of its envelopes; raises what `opened` does."""
        text, shape = opened(entry)
        self.shape = self.shape or shape
        return text, ()
