"""The words and plain data of attribution: confidence, reasons, origins, links, hops."""

import datetime as dt
from typing import NamedTuple

CERTAIN, HIGH, MEDIUM, LOW, NONE = CONFIDENCES = ("certain", "high", "medium", "low", "none")
"""How sure a link or an origin is, the surest first; a chain is as sure as its weakest link."""

REASONS = {
    "FIELD_HIDDEN": "the identity is masked in the record",
    "CONTRADICTION": "the evidence disagrees with how AWS works: nothing is concluded",
    "AMBIGUOUS": "several callers fit, and nothing tells which of them it was",
    "ACCOUNT_NOT_COLLECTED": "the trail of the caller's account, or of the role's, is not in this case",
    "FEDERATION_OUTSIDE": "an identity provider outside of AWS opened the session, and no call here"
    " records it",
    "BEFORE_COVERAGE": "the session began before the first event of its account in this case",
    "REGION_NOT_COLLECTED": "account and time are covered, but the call that opened the session is not here:"
    " a region or a file is missing",
    "SERVICE_INTERNAL": "an AWS service that the record does not name",
}
"""Why there is no origin at `certain` or `high`, in the order they are tried."""

SKEW = dt.timedelta(minutes=5)
BEGINNING, END = dt.datetime(1, 1, 1), dt.datetime(9999, 1, 1)  # noqa: DTZ001 (naive UTC by contract)
FOREVER = (BEGINNING, END)


def weaker(one: str, other: str) -> str:
    """Give the weaker of two confidences.

    Examples
    --------
    >>> weaker("certain", "high")
    'high'
    """
    return max(one, other, key=CONFIDENCES.index)


class Origin(NamedTuple):
    """Who stands at the beginning of a chain: at `certain`, `high` or `medium` a principal, else a reason."""

    principal: str | None
    id: str | None
    kind: str
    confidence: str
    reason: str | None = None
    likely: str | None = None

    @classmethod
    def unknown(cls, reason: str | None, likely: str | None = None, kind: str = "unknown") -> "Origin":
        """Give the origin of what cannot be resolved."""
        claims = likely is not None and reason not in ("CONTRADICTION", "AMBIGUOUS")
        return cls(None, None, kind, LOW if claims else NONE, reason, likely)


class Link(NamedTuple):
    """What one caller rests on: another caller, or an end.

    `parent` is the key of the identity that opened the session, at `opened`; `origin` is set at an end.
    The credential works within `valid`. `also` are other parents that fit as well: then there is no origin.
    """

    rule: str
    confidence: str
    parent: str | None = None
    origin: Origin | None = None
    opened: dt.datetime | None = None
    valid: tuple[dt.datetime, dt.datetime] = FOREVER
    evidence: tuple[str, ...] = ()
    issuance: int | None = None
    role_arn: str | None = None
    also: tuple[str, ...] = ()
    claim: str | None = None
