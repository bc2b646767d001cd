"""Golden pairs: what characteristic queries become in DuckDB's words; macros in macros stay small."""

from typing import Any

import pytest

from tests.queries.aws_sql.conftest import Ask
from workbench.events.columns import AWS
from workbench.queries.aws_sql import run_sql
from workbench.queries.aws_sql.running import translate

LAKE = 'FROM "temp"."main"."lake cloudtrail" AS "e"'

PAIRS = [
    (
        "SELECT eventName, count(*) FROM $EDS_ID e GROUP BY eventName ORDER BY 2 DESC LIMIT 5",
        f'SELECT "eventName" AS "eventName", COUNT(*) AS "_col1" {LAKE}'
        ' GROUP BY "eventName" ORDER BY 2 DESC LIMIT 5',
    ),
    (
        "SELECT e.userIdentity.arn FROM 4b5213c1-45c5-4127-a443-b2526145e513 AS e"
        " WHERE e.eventTime > '2024-05-08'",
        f"""SELECT "e"."userIdentity"."arn" AS "arn" {LAKE} WHERE "e"."eventTime" > '2024-05-08'""",
    ),
    (
        "SELECT element_at(requestParameters, 'aws:x') AS x FROM <EDS ID> e",
        f"""SELECT ("requestParameters")['aws:x'] AS "x" {LAKE}""",
    ),
    (
        "SELECT json_extract_scalar(eventJson, '$.a.AWS:Item.b') AS x FROM $EDS_ID e",
        f"""SELECT LAKE_JSON_SCALAR("eventJson", '$."a"."AWS:Item"."b"') AS "x" {LAKE}""",
    ),
    (
        "SELECT r.arn FROM $EDS_ID e CROSS JOIN UNNEST(resources) AS t(r)",
        f'SELECT "r"."arn" AS "arn" {LAKE} CROSS JOIN LATERAL (SELECT UNNEST("resources")) AS "t"("r")',
    ),
    (
        "SELECT eventID FROM $EDS_ID e WHERE eventTime >= date_add('day', -7, current_timestamp)",
        f"""SELECT "eventID" AS "eventID" {LAKE}"""
        """ WHERE "eventTime" >= LAKE_ADD(LAKE_UTC(NOW()), (-7), '1 day')""",
    ),
    (
        "SELECT eventID FROM $EDS_ID e"
        " WHERE contains('10.0.0.0/8', TRY_CAST(sourceIPAddress AS IPADDRESS))",
        f"""SELECT "eventID" AS "eventID" {LAKE} WHERE LAKE_IP_OF("sourceIPAddress")"""
        " BETWEEN LAKE_NUMBER('281470849515520') AND LAKE_NUMBER('281470866292735')",
    ),
    (
        "SELECT date_format(eventTime, '%Y-%m %i') FROM $EDS_ID e",
        f"""SELECT STRFTIME("eventTime", '%Y-%m %M') AS "_col0" {LAKE}""",
    ),
    (
        "SELECT eventID FROM $EDS_ID e WHERE any_match(resources, r -> r.type = 'AWS::S3::Bucket')",
        f"""SELECT "eventID" AS "eventID" {LAKE} WHERE LAKE_ANY(LIST_TRANSFORM("resources","""
        """ LAMBDA "r" : "r"."type" = 'AWS::S3::Bucket'))""",
    ),
    (
        "SELECT CAST(date_trunc('hour', eventTime) AS varchar) AS h, CAST(count(*) AS varchar) AS n"
        " FROM $EDS_ID e GROUP BY 1",
        f"""SELECT LAKE_TIME_TEXT(LAKE_TRUNCATE('hour', "eventTime")) AS "h","""
        f""" LAKE_SAME_TEXT(COUNT(*)) AS "n" {LAKE} GROUP BY 1""",
    ),
    (
        "SELECT regexp_replace(eventName, '(Get)', '<$1>') AS x FROM $EDS_ID e",
        rf"""SELECT REGEXP_REPLACE("eventName", '(Get)', '<\1>', 'g') AS "x" {LAKE}""",
    ),
    (
        "SELECT e.eventName, c.eventData.resourceType FROM $EDS_ID e"
        " JOIN $CONFIG_EDS_ID c ON e.awsRegion = c.awsRegion",
        f"""SELECT "e"."eventName" AS "eventName", "c"."eventData"."resourceType" AS "resourceType" {LAKE}"""
        """ JOIN "temp"."main"."lake config" AS "c" ON "e"."awsRegion" = "c"."awsRegion\"""",
    ),
    (
        "SELECT greatest(greatest(awsRegion, 'a'), least('b', least('c', 'd'))) FROM $EDS_ID e",
        f"""SELECT LAKE_GREATEST(["awsRegion", 'a', LAKE_LEAST(['b', 'c', 'd'])]) AS "_col0" {LAKE}""",
    ),
    (
        "SELECT 9 / 2 / 3 / 4 AS x FROM $EDS_ID e",
        "SELECT LIST_TRANSFORM([{'a0': LAKE_DIVIDE(LAKE_DIVIDE(9, 2), 3), 'a1': 4}],"
        f""" LAMBDA "_let" : LAKE_DIVIDE("_let"."a0", "_let"."a1"))[1] AS "x" {LAKE}""",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), PAIRS, ids=[query for query, _expected in PAIRS])
def test_golden_pair(query: str, expected: str) -> None:
    assert translate(query)[0] == expected


def test_golden_pair_of_athena() -> None:
    query = "SELECT eventTime, region FROM logs.cloudtrail_logs AS e WHERE year = '2024'"
    assert translate(query, dialect="athena")[0] == (
        'SELECT "eventTime" AS "eventTime", "region" AS "region" FROM "temp"."main"."athena cloudtrail"'
        """ AS "e" WHERE "year" = '2024'"""
    )


@pytest.mark.parametrize("golden", [query for query, _expected in PAIRS])
def test_golden_query_runs(con: Any, golden: str) -> None:
    assert run_sql(con, golden).columns


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1000000" + "".join(f" / {n}" for n in range(2, 14)), 0),
        ("substr(" * 12 + "'abcdef'" + ", 2, 9)" * 3 + ", 1, 2)" * 9, "de"),
        ("greatest(least(" * 6 + "1" + ", 9), 3)" * 6, 3),
        ("greatest(" * 12 + "1" + ", 2)" * 12, 2),
        ("greatest(greatest(1, NULL), 2)", None),
        ("greatest(array_max(CAST(ARRAY[] AS array(integer))), 2)", None),
    ],
)
def test_macros_in_macros_are_planned_at_once(ask: Ask, expression: str, expected: Any) -> None:
    """Each names its parameters several times: text in text would be larger than any memory here."""
    assert ask(f"SELECT {expression}") == expected


def test_known_types_are_written_as_the_macro_of_all_types_writes_them(con: Any) -> None:
    fields = ["userIdentity.type", "e.userIdentity.arn", "tlsDetails.tlsVersion"]
    for name in [*AWS.names, *fields]:
        known = f"CAST({name} AS varchar)"
        any_type = f"CAST(CASE WHEN true THEN {name} END AS varchar)"
        query = f"SELECT {known}, {any_type} FROM $EDS_ID e"
        assert translate(query)[0].count("LAKE_TEXT(") >= 1
        assert all(
            one == other for one, other in map(dict.values, run_sql(con, query).to_pyarrow().to_pylist())
        )


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) AS eventName FROM $EDS_ID ORDER BY CAST(eventName AS varchar)",
        "SELECT eventTime AS eventName FROM $EDS_ID ORDER BY CAST(eventName AS varchar)",
        "SELECT CAST(eventTime AS varchar) FROM (SELECT 1e0 AS eventTime FROM $EDS_ID)",
        "WITH e AS (SELECT 1e0 AS eventTime FROM $EDS_ID) SELECT CAST(e.eventTime AS varchar) FROM e",
        "SELECT CAST(e.x AS varchar) FROM $EDS_ID, UNNEST(ARRAY[1e0]) AS e(x)",
        "SELECT CAST(eventName AS varchar) FROM $EDS_ID e, UNNEST(ARRAY[1e0]) AS t(eventName)",
        "SELECT transform(ARRAY[1e0], eventName -> CAST(eventName AS varchar)) FROM $EDS_ID",
        "SELECT CAST(eventTime AS varchar) FROM $CONFIG_EDS_ID",
        "SELECT CAST(max(eventTime, 2) AS varchar) FROM $EDS_ID",
        "SELECT CAST(min() AS varchar) FROM $EDS_ID",
    ],
)
def test_what_may_be_another_column_is_not_known(query: str) -> None:
    text = translate(query)[0]
    assert "LAKE_TEXT(" in text
    assert "_SAME_TEXT(" not in text
    assert "_TIME_TEXT(" not in text


@pytest.mark.parametrize("query", ["SELECT * FROM $EDS_ID", "SELECT sum(3), 1 / 2, 1.5 FROM $EDS_ID"])
def test_table_is_the_one_the_connection_gives(con: Any, query: str) -> None:
    found = run_sql(con, query)
    assert found.equals(con.table(found.op().name, database=("temp", "main")))
