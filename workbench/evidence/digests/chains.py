"""Chains of digests: the time they cover without a break, and what breaks them.

A chain is all valid digests of one prefix, organization, account, region, trail and home region, in the order
of their end times. Backfill digests are no part of it.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from workbench.evidence.digests.answers import VALID, Finding, Span
from workbench.evidence.digests.documents import Digest
from workbench.evidence.digests.metadata import Head
from workbench.evidence.digests.names import Chain
from workbench.evidence.files import path_to_text

_OPEN_END = dt.timedelta(hours=2)
_NEVER = dt.datetime(1, 1, 1)  # noqa: DTZ001 (naive UTC, as all times here)


def chains_of(digests: Sequence[Digest]) -> dict[Chain, list[Digest]]:
    """Group the valid digests into chains and put each into its order."""
    chains: dict[Chain, list[Digest]] = {}
    for digest in digests:
        if digest.verdict in VALID and not digest.name.is_backfill:
            chains.setdefault(digest.name.chain, []).append(digest)
    return {chain: _ordered(members) for chain, members in chains.items()}


def _ordered(members: list[Digest]) -> list[Digest]:
    """Order by end time; where a clock was set back, a digest never comes before the one it names."""
    by_path = {digest.path: digest for digest in members}
    places: dict[str, tuple[dt.datetime, int]] = {}
    for member in sorted(members, key=_end):
        way: list[Digest] = []
        digest: Digest | None = member
        while digest and digest.path not in places and digest not in way:
            way.append(digest)
            digest = by_path.get(digest.parent or "")
        latest = places[digest.path][0] if digest and digest.path in places else _NEVER
        for step in reversed(way):
            latest = max(latest, _end(step))
            places[step.path] = latest, len(places)
    return sorted(members, key=lambda digest: places[digest.path])


def _end(digest: Digest) -> dt.datetime:
    return digest.end or _NEVER


def _start(digest: Digest) -> dt.datetime:
    return digest.start or _NEVER


def spans_of(chain: Chain, members: Sequence[Digest], head_at: dt.datetime | None) -> Iterator[Span]:
    """Give covered time and gaps of one chain, in their order.

    Parameters
    ----------
    members
        Its digests, ordered.
    head_at
        When the evidence was acquired; without it nothing is said of the end.
    """
    account = chain.account, chain.region, chain.trail, chain.home_region, chain.organization, chain.prefix
    first, latest, run = members[0], _end(members[0]), members[0]
    start = _start(first)
    if first.names_parent:
        yield Span(*account, None, start, "open-start", first.text)
    for digest in members[1:]:
        kind = _gap(digest, latest)
        if kind:
            yield Span(*account, start, max(latest, start), "covered", run.text)
            yield Span(*account, latest, max(_start(digest), latest), kind, digest.text)
            start, run = _start(digest), digest
        latest = max(latest, _end(digest))
    yield Span(*account, start, max(latest, start), "covered", run.text)
    if head_at and head_at - latest > _OPEN_END:
        yield Span(*account, latest, head_at, "open-end", max(members, key=_end).text)


def _gap(digest: Digest, latest: dt.datetime) -> str | None:
    if not digest.names_parent:
        return "gap-logging-stopped"
    return "gap-digests-absent" if _start(digest) > latest else None


_GAPS = {
    "gap-logging-stopped": "logging was stopped or began anew: no digest is named as the one before; {}",
    "gap-digests-absent": "digests of the time before are absent or not valid; {}",
    "open-start": "the digests before are not here; time before {end} is not covered",
    "open-end": "acquired at {end}, but the last valid digest ends at {start}; later ones are absent",
}


def gap_findings(spans: Sequence[Span]) -> Iterator[Finding]:
    """Turn what is not covered into findings."""
    for span in spans:
        if span.kind in _GAPS:
            time = f"{span.start} to {span.end} is not covered"
            yield Finding(span.kind, span.path, _GAPS[span.kind].format(time, start=span.start, end=span.end))


def link_findings(
    digests: Sequence[Digest], children: Mapping[str, Sequence[Digest]], heads: Mapping[str, Sequence[Head]]
) -> Iterator[Finding]:
    """Compare each valid digest with the one it names."""
    by_path = {digest.path: digest for digest in digests}
    for place, named_by in children.items():
        valid = [child for child in named_by if child.verdict in VALID and not child.name.is_backfill]
        parent = by_path.get(place)
        if len(valid) > 1:
            told = ", ".join(sorted(child.text for child in valid))
            yield Finding("chain-fork", path_to_text(place), f"{len(valid)} valid digests name it: {told}")
        if parent and parent.document and parent.verdict != "invalid-moved":
            differing = [child for child in valid if _differs(child, parent, heads.get(place, ()))]
            if differing:
                detail = f"{differing[0].text} states another hash or signature of it"
                yield Finding("chain-mismatch", parent.text, detail)
            for child in valid:
                if parent.verdict in VALID and _end(child) < _end(parent):
                    yield Finding("digest-clock-reversed", child.text, f"it ends before {parent.text} does")


def _differs(child: Digest, parent: Digest, heads: Sequence[Head]) -> bool:
    said = child.document
    if said is None:
        return False
    own = [head.signature for head in heads if head.signature is not None]
    hash_value, signature = said.previous_digest_hash_value, said.previous_digest_signature
    other_hash = hash_value is not None and hash_value != parent.content_sha256
    other_signature = bool(own) and signature is not None and signature.lower() not in own
    return other_hash or other_signature


def own_findings(digests: Sequence[Digest]) -> Iterator[Finding]:
    """Tell what is odd with single digests."""
    for digest in digests:
        for kind, detail in digest.finding_kinds:
            yield Finding(kind, digest.text, detail)
        if digest.is_refused:
            yield Finding("path-refused", digest.text, digest.fault)
        if digest.has_trailing and digest.document:
            detail = "bytes follow the part that is signed; they count for nothing"
            yield Finding("digest-trailing-data", digest.text, detail)
        if digest.verdict in VALID:
            if _start(digest) > _end(digest):
                yield Finding("digest-clock-reversed", digest.text, "it starts after its own end")
            if digest.name.time and digest.name.time != digest.end:
                detail = f"its name says {digest.name.time}, its content {digest.end}"
                yield Finding("digest-time-name-mismatch", digest.text, detail)
