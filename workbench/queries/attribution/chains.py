"""Hops put together: from each caller back to whoever started the chain.

A chain is as sure as its weakest hop, and a broken hop gives its reason to everything behind it. There is no
limit of depth; a chain that leads back into itself contradicts how AWS works.
"""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

import ibis.expr.types as ir

from workbench.queries.attribution import facts
from workbench.queries.attribution.evidence import Evidence
from workbench.queries.attribution.facts import Identity
from workbench.queries.attribution.linking import Linker
from workbench.queries.attribution.memory import uncollected
from workbench.queries.attribution.model import CONFIDENCES, NONE, Link, Origin, weaker

_PROVEN = CONFIDENCES[:3]


class Chain(NamedTuple):
    """A caller, the hop behind it, its origin, and how many hops there are to the end."""

    identity: Identity
    link: Link
    origin: Origin
    hops: int


class Resolver:
    """Gives the chain of each caller, resolved once."""

    def __init__(self, evidence: Evidence) -> None:
        self.case = evidence
        self._linker = Linker(evidence)
        self._links: dict[str, Link] = {}
        self._chains: dict[str, Chain] = {}

    def link(self, key: str) -> Link:
        """Give the hop behind a caller."""
        known = self._links.get(key)
        if known is None:
            known = self._links[key] = self._linker.link(self.case.identities[key])
        return known

    def chain(self, key: str) -> Chain:
        """Give the chain of a caller; what stands before it is resolved first, however far back."""
        waiting = [] if key in self._chains else [key]
        while waiting:
            top = waiting[-1]
            needed = [parent for parent in _parents(self.link(top)) if parent not in self._chains]
            if not needed:
                self._chains[top] = self._composed(top)
            elif any(parent in waiting for parent in needed):
                self._chains[top] = self._looped(top)
            else:
                waiting.append(needed[0])
                continue
            waiting.pop()
        return self._chains[key]

    def _looped(self, key: str) -> Chain:
        link = self.link(key)
        issuer = self.case.identities[link.parent].principal if link.parent else None
        return Chain(self.case.identities[key], link, Origin.unknown("CONTRADICTION", issuer), 1)

    def _composed(self, key: str) -> Chain:
        one, link = self.case.identities[key], self.link(key)
        if link.parent is None:
            origin = link.origin or Origin.unknown("REGION_NOT_COLLECTED")
            return Chain(one, link, origin, 1)
        before = [self._chains[parent] for parent in _parents(link)]
        weakest = before[0] if len(before) == 1 else max(before, key=_doubt)
        if link.also and len({_who(chain) for chain in before}) > 1:
            link, origin = link._replace(issuance=None), Origin.unknown("AMBIGUOUS")
        elif link.claim or not all(_in_time(link, chain) for chain in before):
            origin = contradiction(weakest)
        else:
            origin = _passed_on(weakest.origin, link, one)
        return Chain(one, link, origin, weakest.hops + 1)

    def back(self, key: str) -> Iterator[Chain]:
        """Go from a caller back to the end of its chain."""
        seen: set[str] = set()
        at: str | None = key
        while at and at not in seen:
            seen.add(at)
            yield self.chain(at)
            at = self.link(at).parent

    def evidence(self, key: str) -> list[str]:
        """Give the ids of the events that prove the chain of a caller."""
        link = self.link(key)
        if link.parent is None or self.link(link.parent).parent is None:  # most are no longer than this
            rest = self.link(link.parent).evidence if link.parent else ()
            return list(dict.fromkeys((*link.evidence, *rest)))
        return list(dict.fromkeys(name for chain in self.back(key) for name in chain.link.evidence))

    def issuer_claim(self, key: str) -> str | None:
        """Name whoever opened a session, for what was done with it outside of its time."""
        link = self.link(key)
        return contradiction(self.chain(link.parent or key)).likely

    def valid(self, key: str) -> tuple[dt.datetime, dt.datetime]:
        """Tell from when to when the credentials of a caller work."""
        return self.link(key).valid


def read(events: ir.Table) -> Resolver:
    """Read what attribution needs of the whole events table, and get ready to resolve any caller."""
    with uncollected():
        identities, issuances = facts.callers(events)
        shared = facts.callers_of_shared(events) if any(one.shared for one in identities) else {}
        tokens = facts.token_requests(events) if any(one.token for one in identities) else {}
        return Resolver(Evidence(identities, issuances, shared, tokens, facts.first_events(events)))


def contradiction(before: Chain | None) -> Origin:
    """Give the origin of what contradicts how AWS works: the issuer stays likely, nothing is concluded."""
    likely = None
    if before:
        likely = before.origin.principal or before.origin.likely or before.identity.principal
    return Origin.unknown("CONTRADICTION", likely)


def _parents(link: Link) -> tuple[str, ...]:
    return (link.parent, *link.also) if link.parent else ()


def _in_time(link: Link, before: Chain) -> bool:
    """Tell whether the caller's own credentials worked when they opened this session."""
    start, end = before.link.valid
    return link.opened is None or start <= link.opened <= end


def _doubt(chain: Chain) -> int:
    return CONFIDENCES.index(chain.origin.confidence)


def _who(chain: Chain) -> tuple[object, ...]:
    """Tell two callers apart: by their origins, and where these are not known by themselves."""
    if chain.origin.principal is not None:
        return chain.origin[:3]
    return chain.identity.principal_id or chain.identity.principal, chain.identity.created


def _passed_on(origin: Origin, link: Link, one: Identity) -> Origin:
    """Give the origin of the caller to what it opened, no surer than the hop between."""
    if origin.principal is None:
        likely = origin.likely or one.source_identity
        return Origin.unknown(origin.reason, likely, origin.kind)
    confidence = weaker(origin.confidence, link.confidence)
    if confidence not in _PROVEN:
        return Origin(None, None, origin.kind, NONE, origin.reason, origin.principal)
    return origin._replace(confidence=confidence)
