"""SQL that is taken out of Ibis finds what Ibis holds in memory."""

from pathlib import Path

import ibis
import pytest

from tests.builders import case, event
from workbench.events import events
from workbench.queries.in_memory import engine_of


def asked(table: ibis.Table) -> list[tuple]:
    con = engine_of(table)
    return con.con.execute(con.compile(table)).fetchall()


@ibis.udf.scalar.python
def twice(n: int) -> int:
    return 2 * n


def test_tables_and_functions_of_the_user_are_known_beside_those_of_a_case(tmp_path: Path) -> None:
    known = events(case(tmp_path / "case", event(eventName="StopLogging"), event(eventName="ListUsers")))
    wanted = ibis.memtable({"eventName": ["StopLogging", "StopLogging", "DeleteTrail"]})
    both = wanted.inner_join(known, "eventName").count().as_table()
    assert asked(both) == [(2,)]
    assert asked(ibis.memtable({"n": [3]}).select(n=lambda t: twice(t.n))) == [(6,)]


def test_a_table_of_a_case_is_not_asked_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = events(case(tmp_path / "case", event()))
    monkeypatch.setattr(type(known.get_backend()), "to_pyarrow", None)
    assert asked(known.count().as_table()) == [(1,)]
