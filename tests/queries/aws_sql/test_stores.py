"""Names of stores in every spelling, and what is left alone."""

import pytest

from tests.queries.aws_sql.conftest import Ask
from workbench.errors import SqlError
from workbench.queries.aws_sql.stores import cover

UUID = "4b5213c1-45c5-4127-a443-b2526145e513"
NAMES = [
    UUID,
    UUID.upper(),
    f'"{UUID}"',
    "12345678-1234-1234-1234-123456789012",
    "1e512345-1e51-1e51-1e51-1e5123456789",
    "abcd1234-ab12-cd34-ef56-xxxxxexample",
    "$EDS_ID",
    "${EDS_ID}",
    "$CLOUDTRAIL_EDS_ID",
    "<EDS ID>",
    "<EDS_ID>",
    "<event_data_store_id>",
    "<event-data-store-ID>",
    "<Event data store Id>",
    "event_data_store_ID",
    "eds-id",
    "$EVENTDATASTORE",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("alias", ["", " e", " AS e"])
def test_a_store_is_found(ask: Ask, name: str, alias: str) -> None:
    assert ask(f"SELECT count(*) FROM {name}{alias}") == 4
    assert ask(f"SELECT count(*) FROM\n  {name} a JOIN {name} b ON a.eventID = b.eventID") == 4
    assert ask(f"SELECT count(*) FROM {name} a, {name} b") == 16


@pytest.mark.parametrize("name", ["payroll", "$payroll", "<my table>"])
def test_no_store_by_its_name(ask: Ask, name: str) -> None:
    with pytest.raises(SqlError, match="no event data store named"):
        ask(f"SELECT count(*) FROM {name}")


@pytest.mark.parametrize("bound", ["payroll", "$PAYROLL", "${payroll}", "<Payroll>"])
def test_bound_by_hand(ask: Ask, bound: str) -> None:
    assert ask("SELECT count(*) FROM $payroll", stores={bound: "cloudtrail"}) == 4


def test_texts_and_names_stay_and_comments_go() -> None:
    kept = f"SELECT '{UUID}', '$x --', '<EDS ID>' AS \"$y\" "
    assert cover(f"{kept}-- $z\n/* $z\n */ WHERE a < b") == (f"{kept}     \n     \n    WHERE a < b", {})


def test_the_name_may_stand_before_a_column(ask: Ask) -> None:
    assert ask(f"SELECT {UUID}.eventID FROM {UUID} WHERE {UUID}.eventID = 'login'") == "login"


def test_a_with_is_read_where_it_can_be(ask: Ask) -> None:
    assert ask("WITH eds AS (SELECT 1 AS a) SELECT a FROM eds") == 1
    assert ask("WITH eds AS (SELECT count(*) AS a FROM eds) SELECT a FROM eds") == 4
    assert (
        ask(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT max(i) FROM n"
        )
        == 3
    )
    assert ask("SELECT a FROM (SELECT eventID AS a FROM $EDS_ID) q WHERE a = 'login'") == "login"


@pytest.mark.parametrize(
    "sql",
    [
        "WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a",
        "SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a) q, a",
        "WITH a AS (SELECT 1) SELECT * FROM main.a",
    ],
)
def test_a_with_is_unknown_elsewhere(ask: Ask, sql: str) -> None:
    with pytest.raises(SqlError, match="no event data store named"):
        ask(sql)
