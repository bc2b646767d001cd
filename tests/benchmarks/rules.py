"""Eight hundred rules over the events of a case: CPU of reading, planning and matching, and memory.

python -m tests.benchmarks.rules CASE
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import workbench as wb
from tests.benchmarks.figures import Figure, Part
from tests.benchmarks.loading import EVENTS_PER_FILE, load, run_module, told
from tests.benchmarks.rulebook import NUMBER, documents, known_of, write
from tests.benchmarks.trails import corpus
from workbench.detections import Rule, load_rules
from workbench.detections.counting.evaluating import Evaluation
from workbench.detections.reading.resolving import resolve
from workbench.detections.reading.tree import matches

_FEW, _MILLION = 500, 1_000_000


def timed(case: Path) -> dict[str, float]:
    """Read the rules, ask them of few events and of all, and look once at the bytes of every record."""
    con = wb.open_case(case, read_only=True)
    known = known_of(con)
    con.raw_sql(f"CREATE TEMP TABLE few AS FROM events LIMIT {_FEW}")
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), documents(known))
        begin = time.process_time()
        rules = load_rules(folder)
        read_s = time.process_time() - begin
    floor_s = min(_floor(con) for _run in range(3))
    planned_s = min(_asked(con, "few", rules)[0] for _run in range(3))
    all_s, hits = _asked(con, "events", rules)
    fields_s, _hits = _asked(con, "events", [rule for rule in rules if not _searches_records(rule)])
    events = wb.events(con).count().execute()
    con.disconnect()
    return {
        "rules": len(rules), "read_s": read_s, "planned_s": planned_s, "all_s": all_s, "fields_s": fields_s,
        "floor_s": floor_s, "hits": hits, "events": int(events),
    }  # fmt: skip


def _searches_records(rule: Rule) -> bool:
    """Tell whether a rule has words that may stand anywhere in a record."""
    return rule.detection is not None and any(leaf.field is None for leaf in matches(rule.detection))


def _floor(con: Any) -> float:
    begin = time.process_time()
    con.con.execute('SELECT sum(strlen("eventJson")) FROM events').fetchall()
    return time.process_time() - begin


def _asked(con: Any, events: str, rules: Sequence[Rule]) -> tuple[float, int]:
    begin = time.process_time()
    with Evaluation(con.con, events, resolve(rules)) as evaluation:
        hits = len(evaluation.found())
    return time.process_time() - begin, hits


def many_rules(folder: Path, events: int) -> Part:
    """Load, ask in a process of its own, tell the time of a rule and of all."""
    case, trail = folder / "case-rules", corpus(folder, events, max(1, events // EVENTS_PER_FILE))
    steps = [load("load", case, trail.folder), run_module("rules", case)]
    return Part(
        f"rules: {NUMBER} over {events:,} events", steps, list(figures(told(steps[1]), steps[1].peak_mib))
    )


def figures(answer: dict[str, float], peak_mib: float) -> Iterator[Figure]:
    """Tell what was measured; the bar of seconds is that of a million events."""
    of, note = answer["rules"], f"{answer['hits']:,} hits"
    yield Figure("a rule: read", answer["read_s"] / of * 1000, "ms")
    yield Figure("a rule: planned, and asked of few events", answer["planned_s"] / of * 1000, "ms", 2)
    yield Figure(
        "all rules, CPU", answer["all_s"], "s", 10 if answer["events"] <= _MILLION else None, 6, note
    )
    yield Figure("those that name their fields, CPU", answer["fields_s"], "s")
    yield Figure("all rules / a look at every byte", answer["all_s"] / answer["floor_s"], "x")
    yield Figure("memory, all rules", peak_mib, "MiB", 2048, 1024)


if __name__ == "__main__":
    print(json.dumps(timed(Path(sys.argv[1]))))
