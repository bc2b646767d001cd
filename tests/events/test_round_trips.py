"""Whatever events say and however they are delivered: rows are the records, and each says what it said."""

import bz2
import gzip
import json
import lzma
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workbench as wb
from tests.builders import event
from tests.events.conftest import check_sums
from tests.events.test_shapes import SHAPES
from workbench.events import columns

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(1 << 60, 1 << 70)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | st.sampled_from(["2026-09-02T04:20:00Z", "{}", "[1]"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from([name for name in columns.AWS.names if name != "eventID"]) | TEXTS
RECORDS = st.lists(st.dictionaries(KEYS, VALUES, max_size=5), min_size=2, max_size=5)
SPELLINGS = st.fixed_dictionaries(
    {"ensure_ascii": st.booleans(), "separators": st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :")])}
)

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "stored gzip": lambda content: gzip.compress(content, 0),
    "two members": lambda content: gzip.compress(content[:99]) + gzip.compress(content[99:]),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "byte order mark": b"\xef\xbb\xbf".__add__,
    "UTF-16": lambda content: content.decode().encode("utf-16"),
    "gzipped UTF-16": lambda content: gzip.compress(b"\xfe\xff" + content.decode().encode("utf-16-be")),
}
DELIVERIES = st.tuples(
    RECORDS, SPELLINGS, st.sampled_from(sorted(SHAPES)), st.sampled_from(sorted(PACKINGS)), st.booleans()
)
FILES = st.lists(DELIVERIES, min_size=1, max_size=4)


def exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


class Folder:
    """Evidence of one example, below a folder of its own, and the texts that are expected at each place."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.texts = folder, dict[tuple[str, int], str]()

    def add(self, number: int, texts: list[bytes], shape: str, packing: str, zipped: bool) -> None:
        path = self.folder / f"{number}.data"
        content = PACKINGS[packing](SHAPES[shape](texts))
        if zipped:
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("AWSLogs/a", content)
        else:
            path.write_bytes(content)
        name = f"{path}!/AWSLogs/a" if zipped else str(path)
        self.texts |= {(name, place): text.decode() for place, text in enumerate(texts)}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return wb.open_case(tmp_path_factory.mktemp("round-trips") / "case")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=FILES)
def test_rows_are_the_records(tmp_path_factory: pytest.TempPathFactory, case: Any, files: list[Any]) -> None:
    evidence = Folder(tmp_path_factory.mktemp("example") / "evidence")
    for number, (records, spelling, *delivery) in enumerate(files):
        texts = [json.dumps(event(**record), **spelling).encode() for record in records]
        evidence.add(number, texts, *delivery)
    report = wb.load(case, evidence.folder)
    check_sums(report)
    assert (report.files_set_aside, report.records_set_aside) == ([], [])
    assert (report.events_new, report.duplicates) == (len(evidence.texts), 0)
    rows = case.con.execute(
        'SELECT source_file, source_index, "eventJson", "eventID", extra FROM events'
        " WHERE starts_with(source_file, ?)", [f"{evidence.folder}/"],
    ).fetchall()  # fmt: skip
    assert {(file, place): text for file, place, text, *_ in rows} == evidence.texts
    for _, _, text, event_id, extra in rows:
        record = exact(text)
        assert record["eventID"] == event_id
        assert is_part(exact(extra or "{}"), record)


def is_part(part: Any, whole: Any) -> bool:
    """Tell whether what is left of a record says nothing that the record does not say.

    Of an entry of a list that is held as a whole, an empty object is left in its place.
    """
    if part == {}:
        return True
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and is_part(value, whole[key]) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(map(is_part, part, whole))
    return bool(part == whole)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS, shape=st.sampled_from(sorted(SHAPES)))
def test_what_is_not_in_extra_is_in_a_column(
    tmp_path_factory: pytest.TempPathFactory, case: Any, records: list[Any], shape: str
) -> None:
    """Each key of a record that has a value is a column that is not NULL, or stands in `extra`."""
    path = tmp_path_factory.mktemp("example") / "a.data"
    path.write_bytes(SHAPES[shape]([json.dumps(event(**record)).encode() for record in records]))
    wb.load(case, path)
    names = ", ".join(f'"{name}" IS NOT NULL' for name in columns.AWS.names)
    query = f"SELECT \"eventJson\", coalesce(extra, '{{}}'), {names} FROM events WHERE source_file = ?"
    rows = case.con.execute(query, [str(path)]).fetchall()
    assert len(rows) == len(records)
    for text, extra, *are_held in rows:
        held = {name for name, is_held in zip(columns.AWS.names, are_held, strict=True) if is_held}
        said = {key for key, value in json.loads(text).items() if value is not None}
        assert said <= held | json.loads(extra).keys()
