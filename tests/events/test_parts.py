"""Parts: written in pieces that fit into memory, and whole or gone."""

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.events import parts
from workbench.events.parts import STORED, PartWriter


def rows(count: int, size: int) -> pa.Table:
    return pa.Table.from_pylist([{"eventJson": "x" * size}] * count, schema=STORED)


@pytest.mark.parametrize(
    ("group_rows", "group_bytes", "groups"),
    [(5, 1 << 20, [5, 5, 2]), (1 << 20, 4 * rows(1, 1000).nbytes, [4, 4, 4])],
)
def test_rows_are_written_by_number_and_by_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group_rows: int, group_bytes: int, groups: list[int]
) -> None:
    monkeypatch.setattr(parts, "GROUP_ROWS", group_rows)
    monkeypatch.setattr(parts, "_GROUP_BYTES", group_bytes)
    writer = PartWriter(tmp_path)
    for _ in range(12):
        writer.add(rows(1, 1000))
    part = writer.close()
    assert part is not None
    assert part.rows == 12
    held = pq.ParquetFile(tmp_path / "events" / part.name).metadata
    assert [held.row_group(place).num_rows for place in range(held.num_row_groups)] == groups


@pytest.mark.parametrize("written", [0, 1])
def test_what_is_discarded_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int) -> None:
    monkeypatch.setattr(parts, "GROUP_ROWS", 1)
    writer = PartWriter(tmp_path)
    for _ in range(written):
        writer.add(rows(1, 10))
    writer.discard()
    assert list(tmp_path.rglob("*.parquet")) == []


def test_what_cannot_be_finished_is_discarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parts, "GROUP_ROWS", 1)
    writer = PartWriter(tmp_path)
    writer.add(rows(1, 10))
    assert len(os.listdir(tmp_path / "events")) == 1
    monkeypatch.setattr(pq.ParquetWriter, "close", full)
    with pytest.raises(OSError, match="No space left"):
        writer.close()
    writer.discard()
    assert os.listdir(tmp_path / "events") == []
