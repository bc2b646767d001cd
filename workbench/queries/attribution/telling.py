"""The answer to `workbench who` in words, for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.errors import visible
from workbench.queries.attribution.model import REASONS

_IDS = 3


def told(answer: Mapping[str, Any]) -> Iterator[str]:
    """Give the lines: the two ends apart, then the hops with their proof, and what to collect.

    Parameters
    ----------
    answer
        As of `who.answer`.

    Examples
    --------
    >>> nothing = {"origin_principal": None, "origin_kind": "unknown", "confidence": "none"}
    >>> found = nothing | {"id": "ASIA1", "reason": "AMBIGUOUS", "likely_principal": None, "hops": []}
    >>> print("\\n".join(told(found | {"collect": None})))
    ASIA1
      proved back to  nobody: several callers fit, and nothing tells which of them it was (AMBIGUOUS)
      likely          nobody is named
    """
    yield visible(answer["id"])
    chains = answer.get("chains") or [answer]
    if len(chains) > 1:
        yield f"  used by {len(chains)} different origins, one after the other below"
    for chain in chains:
        yield from _chain(chain)


def _chain(chain: Mapping[str, Any]) -> Iterator[str]:
    yield f"  proved back to  {_proved(chain)}"
    likely = chain["likely_principal"]
    claims = f"claims to be {visible(likely)}" if likely else "nobody is named"
    yield "  likely          " + ("the same" if chain["origin_principal"] else claims)
    for number, hop in enumerate(chain["hops"], 1):
        yield from _hop(number, hop)
    if chain["collect"]:
        yield from _collect(chain["collect"])


def _proved(chain: Mapping[str, Any]) -> str:
    if chain["origin_principal"]:
        kind = chain["origin_kind"].replace("_", " ")
        return f"{visible(chain['origin_principal'])} ({kind}, {chain['confidence']})"
    reason = chain["reason"]
    return f"nobody: {REASONS[reason]} ({reason})" if reason else "nobody: the login failed"


def _hop(number: int, hop: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {number:>3}  {visible(hop['session_arn'] or hop['principal'])}"
    facts = [
        f"key {visible(hop['access_key_id'])}" if hop["access_key_id"] else "",
        f"since {hop['assumed_at']} UTC" if hop["assumed_at"] else "",
        f"rule {hop['rule']}, {hop['confidence']}" if hop["rule"] else "",
    ]
    if any(facts):
        yield "       " + "; ".join(fact for fact in facts if fact)
    if hop["evidence"]:
        more = f" and {len(hop['evidence']) - _IDS} more" if len(hop["evidence"]) > _IDS else ""
        yield f"       proof: {', '.join(map(visible, hop['evidence'][:_IDS]))}{more}"


def _collect(what: Mapping[str, Any]) -> Iterator[str]:
    where = f"account {visible(what['account'] or 'unknown')}"
    where += f", {what['region']}" if what["region"] else ""
    hours = f", {what['from']} to {what['to']} UTC" if what["from"] else ""
    spans = len(what["hours"])
    hours += f" (in {spans} spans of hours; --json names each)" if spans > 1 else ""
    yield f"  to collect: the trail of {where}{hours}"
