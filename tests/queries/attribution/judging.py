"""Judges what attribution says of each event by what the simulation did: `truth-events.jsonl`."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from workbench.queries.attribution import with_origin

Json = dict[str, Any]
PROVEN = ("certain", "high")
RIGHT, WRONG, MISSED, LESS_SURE, REASON, OTHER_REASON = (
    "right", "wrong", "missed", "less sure", "reason", "other reason",
)  # fmt: skip


class Judgement(NamedTuple):
    """One event: the scene in which it happened, what is said of it, what is true, and the verdict."""

    scene: str
    verdict: str
    told: Json
    truth: Json


def truth_of(evidence: Path) -> Iterator[tuple[str, Json]]:
    """Give each event's id with what the simulation knows of it."""
    with (evidence / "truth-events.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield from ((event, row) for event in row["events"])


def judged(events: Any, evidence: Path) -> list[Judgement]:
    """Judge every event of a case that was loaded from (a part of) a sample."""
    truth = dict(truth_of(evidence))
    columns = ("eventID", "eventName", "recipientAccountId", "origin_principal", "origin_id", "origin_kind",
               "origin_confidence", "origin_reason", "likely_principal")  # fmt: skip
    rows = with_origin(events).select(columns).to_pyarrow().to_pylist()
    return [
        Judgement(truth[row["eventID"]]["scene"], verdict(row, truth[row["eventID"]]), row,
                  truth[row["eventID"]])
        for row in rows
    ]  # fmt: skip


def verdict(told: Json, truth: Json) -> str:
    """Compare what is said of an event with what is true."""
    is_told = told["origin_confidence"] in PROVEN
    if is_told and not is_same(told, truth):
        return WRONG
    if "claims" in truth:  # a failed login: nobody is proven, somebody is named
        return REASON if told["likely_principal"] == truth["claims"] else OTHER_REASON
    if "not_provable" in truth:
        return REASON if told["origin_reason"] == truth["not_provable"] else OTHER_REASON
    if not is_told:
        return MISSED
    return RIGHT if truth.get("sure") in (None, told["origin_confidence"]) else LESS_SURE


def is_same(told: Json, truth: Json) -> bool:
    """Tell whether the origin is the true one; an id may be untold, but not another's."""
    name, kind = truth.get("origin"), truth.get("kind")
    unique = told["origin_id"] in (None, truth.get("origin_id"))
    return unique and (told["origin_principal"], told["origin_kind"]) == (name, kind)


def counted(judgements: Iterable[Judgement]) -> Counter[str]:
    """Count the verdicts."""
    return Counter(one.verdict for one in judgements)
