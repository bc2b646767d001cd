"""`make bench`, `make bench-load`: CPU, wall time and memory of whole processes, as ratios where that can be.

Machines differ and are noisy, so a ratio to `gzip -dc` over the same files in the same run is the figure to
compare; seconds only say where the time goes. What is written in `--folder` stays, and a trail that lies
there already is used again. Memory is read from /proc, so it is told on Linux only.

    python -m tests.benchmarks [PART]... [--events N] [--runs N] [--folder F] [--corpus F] [--json FILE]

Parts: `way` (sample to briefing), `load` (floor, load, again, grown, size, usual questions, byte for byte),
`sql` (ten queries of CloudTrail Lake: planning, and beside DuckDB's SQL by hand), `rules` (800 detection
rules made of what the case holds), `growth` (a tenth of the events, all, three times as many), `small` (three
tenths of the events in small files), `large` (one large file, one large record, a gzip bomb), `verify`
(digest validation against the AWS CLI, and a digest that lists many logs).
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Part, machine
from tests.benchmarks.loading import EVENTS_PER_FILE, against_the_floor, growth, large_files, small_files
from tests.benchmarks.rules import many_rules
from tests.benchmarks.sql import usual_queries
from tests.benchmarks.trails import Trail, corpus
from tests.benchmarks.verifying import verification
from tests.benchmarks.way import whole_way

PARTS = ("way", "load", "sql", "rules", "growth", "small", "large", "verify")
FULL = 1_000_000


def run(words: argparse.Namespace, folder: Path) -> Iterator[Part]:
    """Run the parts asked for, in order."""
    events, runs = words.events, words.runs
    if "way" in words.parts:
        yield whole_way(folder, events, runs)
    if "load" in words.parts and words.corpus:
        yield against_the_floor(folder, Trail(words.corpus), runs, codes=(0, 1))
    elif "load" in words.parts:
        yield against_the_floor(folder, corpus(folder, events, max(1, events // EVENTS_PER_FILE)), runs)
    if "sql" in words.parts:
        yield usual_queries(folder, events)
    if "rules" in words.parts:
        yield many_rules(folder, events)
    if "growth" in words.parts:
        yield growth(folder, events, runs)
    if "small" in words.parts:
        yield small_files(folder, events * 3 // 10, max(1, events // 25), runs)
    if "large" in words.parts:
        yield large_files(folder, events / FULL)
    if "verify" in words.parts:
        yield verification(folder, runs)


def arguments() -> argparse.ArgumentParser:
    """Return what the command line takes."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", choices=PARTS, default=("way", "load", "sql", "rules"))
    parser.add_argument("--events", type=int, default=FULL // 10)
    parser.add_argument("--runs", type=int, default=2, help="of short steps and of load; the best counts")
    parser.add_argument("--folder", type=Path, help="keep the files here instead of a temporary folder")
    parser.add_argument("--corpus", type=Path, help="trail files of your own for the part `load`; only read")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    return parser


def main() -> None:
    """Parse, measure, print each part when it is done."""
    words = arguments().parse_args()
    done, measured_on = [], machine()
    print(measured_on, flush=True)
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as temporary:
        folder = (words.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        for part in run(words, folder):
            print(f"\n{part}", flush=True)
            done.append(part.as_dict())
    if words.json:
        words.json.write_text(json.dumps({"machine": measured_on, "parts": done}, indent=1) + "\n")


if __name__ == "__main__":
    main()
