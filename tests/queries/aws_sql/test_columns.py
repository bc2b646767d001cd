"""The columns of each dialect, and the names of a result's columns."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.queries.aws_sql.conftest import Ask
from workbench.events.columns import AWS
from workbench.queries.aws_sql import run_sql


def columns(con: Any, sql: str, dialect: str = "lake") -> list[str]:
    return list(run_sql(con, sql, dialect=dialect).columns)


def test_star_is_aws_columns_in_aws_order(con: Any) -> None:
    assert columns(con, "SELECT * FROM $EDS_ID") == AWS.names


GROUPED = "eventName, userIdentity, resources, requestParameters"


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ("EVENTNAME", ["EVENTNAME"]),
        ("count(*), 1, eventName AS n", ["_col0", "_col1", "n"]),
        ("userIdentity.sessionContext.sessionIssuer.userName", ["userName"]),
        ("e.userIdentity.Arn", ["Arn"]),
        ("resources[1].arn, element_at(requestParameters, 'n')", ["arn", "_col1"]),
        ("eventName, eventName, EVENTNAME", ["eventName", "eventName_1", "EVENTNAME_2"]),
    ],
)
def test_names_of_columns(con: Any, listed: str, names: list[str]) -> None:
    assert columns(con, f"SELECT {listed} FROM $EDS_ID e GROUP BY {GROUPED}") == names


def test_a_sub_query_names_its_columns_too(ask: Ask) -> None:
    assert ask("SELECT _col0 FROM (SELECT count(*) FROM $EDS_ID)") == 4


ATHENA = [
    ("eventtime", "2024-05-08T10:00:00Z"),
    ("readonly", "false"),
    ("requestparameters", '{"a":{"b":[1,2]},"n":50,"aws:x":"colon","no":null}'),
    ("additionaleventdata", None),
    ("json_extract_scalar(requestparameters, '$.n')", "50"),
    ("resources[1].arn", "arn:aws:s3:::acme"),
    ("region", "us-east-1"),
    ("account", "111122223333"),
    ("year || month || day", "20240508"),
    ("dt", "2024/05/08"),
    ("date_partition", "2024/05/08"),
    ('"timestamp"', "2024/05/08"),
    ("from_iso8601_timestamp(eventtime) = timestamp '2024-05-08 10:00:00'", True),
]


@pytest.mark.parametrize(("column", "expected"), ATHENA)
def test_athenas_columns(ask: Ask, column: str, expected: Any) -> None:
    where = "eventtime < '2024-05-08T10:30' AND eventname = 'ConsoleLogin'"
    assert ask(f"SELECT {column} FROM default.cloudtrail_logs WHERE {where}", "athena") == expected


def test_athenas_session_times_are_texts(ask: Ask) -> None:
    created = "useridentity.sessioncontext.attributes.creationdate"
    assert (
        ask(f"SELECT {created} FROM cloudtrail_logs WHERE eventid = 'role'", "athena")
        == "2026-09-02T04:00:00Z"
    )
    assert ask(f"SELECT {created} FROM cloudtrail_logs WHERE eventid = 'plain'", "athena") is None


def test_athena_names_the_file(ask: Ask) -> None:
    found = ask('SELECT DISTINCT "$path" FROM "AwsDataCatalog"."logs"."cloudtrail_logs"', "athena")
    assert str(found).endswith(".json.gz")


WORDS = "SELECT eventName , count ( * ) AS n FROM $EDS_ID WHERE eventSource = 'iam.amazonaws.com' GROUP BY 1"
GAPS = st.sampled_from([" ", "\n", "\t", "  \n ", " /* FROM x; */ ", " -- '$EDS_ID'\n"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_comments_blanks_and_case_do_not_matter(ask: Ask, data: st.DataObject) -> None:
    words = [
        word if word[0] == "'" else data.draw(st.sampled_from([word, word.upper(), word.lower()]))
        for word in WORDS.split()
    ]
    varied = "".join(word + data.draw(GAPS) for word in words)
    assert sorted(ask(varied)) == sorted(ask(WORDS)) == [("GetObject", 1), ("ListUsers", 1)]
