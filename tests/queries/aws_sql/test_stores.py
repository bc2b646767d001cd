"""Names of stores in every spelling, and what is left alone."""

from collections.abc import Iterator

import pytest

from tests.builders import case, event
from tests.queries.aws_sql.conftest import Ask, asking
from workbench.errors import ParameterError, SqlError
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


PROD, DEV = "444455556666", "111122223333"


@pytest.fixture(scope="module")
def ask_both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    ours = [
        event(eventID=f"e-{n}", recipientAccountId=account) for n, account in enumerate((PROD, PROD, DEV))
    ]
    con = case(tmp_path_factory.mktemp("accounts"), *ours)
    yield asking(con)
    con.disconnect()


STORES = {"prod": f"cloudtrail:{PROD}", "dev": f"cloudtrail:{DEV}", "both": f"cloudtrail:{PROD}, {DEV}"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT count(*) FROM prod", 2),
        ("SELECT count(*) FROM $dev AS d WHERE d.eventName IS NOT NULL", 1),
        ("SELECT count(*) FROM both", 3),
        ("SELECT count(*) FROM $EDS_ID", 3),
        ("SELECT count(*) FROM prod, dev", 2),
        ("SELECT count(*) FROM prod p JOIN dev d ON p.eventName = d.eventName", 2),
        ("SELECT count(*) FROM (SELECT eventName FROM prod EXCEPT SELECT eventName FROM dev)", 0),
        (
            "WITH a AS (SELECT eventID FROM dev)"
            " SELECT count(*) FROM a LEFT JOIN prod p ON a.eventID = p.eventID",
            1,
        ),
        ("SELECT count(*) FROM dev CROSS JOIN UNNEST(ARRAY[1,2]) AS t(n)", 2),
    ],
)
@pytest.mark.parametrize("dialect", ["lake", "athena"])
def test_a_store_of_one_account(ask_both: Ask, query: str, expected: int, dialect: str) -> None:
    query = query.replace("$EDS_ID", "cloudtrail_logs") if dialect == "athena" else query
    assert ask_both(query, dialect=dialect, stores=STORES) == expected


@pytest.mark.parametrize(
    "bound", ["cloudtrail:", "cloudtrail:prod", "cloudtrail:1111", "cloudtrail:' OR 1=1"]
)
def test_what_is_no_account(ask: Ask, bound: str) -> None:
    with pytest.raises(ParameterError, match="is no account id"):
        ask("SELECT 1 FROM prod", stores={"prod": bound})


def test_files_of_config_are_of_no_one_account(ask: Ask) -> None:
    with pytest.raises(SqlError, match="of no one account"):
        ask("SELECT 1 FROM awsconfig", dialect="athena", stores={"awsconfig": f"config:{PROD}"})


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
