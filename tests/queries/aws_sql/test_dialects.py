"""Every difference between Trino and DuckDB: what Trino answers, which plain text would not."""

import datetime as dt
from typing import Any

import duckdb
import pytest

from tests.queries.aws_sql.conftest import Ask
from workbench.errors import SqlError

NOTHING = None
Time = dt.datetime.fromisoformat

SILENT = [
    # JSON paths, and text that is no JSON
    ("""json_extract_scalar('{"a":{"AWS:Item":{"b":"x"}}}', '$.a.AWS:Item.b')""", "x"),
    ("""json_extract_scalar('{"aws:x":"y"}', '$["aws:x"]')""", "y"),
    ("""json_extract_scalar('{"a":[5,6]}', '$.a[1]')""", "6"),
    ("""json_extract_scalar('{"a":{"b":1}}', '$.a')""", NOTHING),
    ("""json_extract_scalar('{"a":[1]}', '$.a')""", NOTHING),
    ("""json_extract_scalar('{"a":1}', '$.b')""", NOTHING),
    ("""json_extract_scalar('no json', '$.a')""", NOTHING),
    ("""json_extract('no json', '$.a')""", NOTHING),
    ("""json_array_length('no json')""", NOTHING),
    ("""json_array_length('[1,2]')""", 2),
    ("""json_array_get('[1,2]', 0)""", "1"),
    ("""json_array_get('[1,2]', -1)""", "2"),
    ("""json_array_contains('["a",1]', 'a')""", True),
    ("""json_array_contains('["a",1]', 'b')""", False),
    ("""json_array_contains('no json', 'b')""", NOTHING),
    ("""json_size('{"x":[1,2]}', '$.x')""", 2),
    ("""json_size('{"x":1}', '$.x')""", 0),
    ("""CAST(json_extract('{"a":"x"}', '$.a') AS varchar)""", "x"),
    ("""CAST('"x"' AS varchar)""", '"x"'),
    # lists and maps
    ("element_at(ARRAY[1,2], 3)", NOTHING),
    ("element_at(ARRAY[1,2], -1)", 2),
    ("element_at(ARRAY[1,2], 1)", 1),
    ("slice(ARRAY[1,2,3,4], 2, 2)", [2, 3]),
    ("slice(ARRAY[1,2,3,4], -3, 2)", [2, 3]),
    ("array_sort(ARRAY[3,NULL,1])", [1, 3, None]),
    ("array_position(ARRAY[1,2], 3)", 0),
    ("reduce(ARRAY[1,2,3], 0, (s, x) -> s + x, s -> s * 10)", 60),
    ("any_match(ARRAY[1,2], x -> x > 1)", True),
    ("any_match(ARRAY[1,NULL], x -> x > 1)", NOTHING),
    ("all_match(ARRAY[1,2], x -> x > 1)", False),
    ("none_match(ARRAY[1,2], x -> x > 2)", True),
    ("cardinality(ARRAY[1,NULL])", 2),
    # numbers
    ("7 / 2", 3),
    ("-7 / 2", -3),
    ("7e0 / 2", 3.5),
    ("TRY(1 / 0)", NOTHING),
    ("TRY(9223372036854775807 + 1)", NOTHING),
    # times
    ("hour(TIMESTAMP '2024-01-01 00:30:00' AT TIME ZONE 'America/New_York')", 19),
    ("hour(at_timezone(TIMESTAMP '2024-01-01 00:30:00', 'Asia/Tokyo'))", 9),
    ("TIMESTAMP '2024-01-01 00:00:00' AT TIME ZONE 'Asia/Tokyo' = TIMESTAMP '2024-01-01 00:00:00'", True),
    (
        "date_trunc('day', at_timezone(TIMESTAMP '2024-01-01 20:00:00', 'Asia/Tokyo'))"
        " = TIMESTAMP '2024-01-01 15:00:00'",
        True,
    ),
    (
        "at_timezone(TIMESTAMP '2024-01-01 00:00:00', 'Asia/Tokyo') + INTERVAL '1' HOUR"
        " > TIMESTAMP '2024-01-01 02:00:00'",
        False,
    ),
    (
        "date_add('hour', 1, at_timezone(TIMESTAMP '2024-01-01 00:00:00', '+09:00'))"
        " = TIMESTAMP '2024-01-01 01:00:00'",
        True,
    ),
    ("date(at_timezone(TIMESTAMP '2024-01-01 20:00:00', 'Asia/Tokyo')) = DATE '2024-01-02'", True),
    ("hour(date_trunc('hour', at_timezone(TIMESTAMP '2024-01-01 20:10:00', 'Asia/Tokyo'))) = 5", True),
    ("date_diff('day', TIMESTAMP '2024-01-01 23:00:00', TIMESTAMP '2024-01-03 00:00:00')", 1),
    ("date_diff('hour', TIMESTAMP '2024-01-01 10:59:00', TIMESTAMP '2024-01-01 11:01:00')", 0),
    ("date_add('month', 1, DATE '2024-01-31')", dt.date(2024, 2, 29)),
    ("date_add('hour', -1, TIMESTAMP '2024-01-01 00:00:00')", Time("2023-12-31T23:00:00")),
    ("DATE '2024-01-01' + INTERVAL '1' DAY", dt.date(2024, 1, 2)),
    ("TIMESTAMP '2024-01-01 00:00:00' - INTERVAL '1' HOUR", Time("2023-12-31T23:00:00")),
    ("CAST(TIMESTAMP '2024-01-01 00:00:00' AS varchar)", "2024-01-01 00:00:00.000"),
    (
        "date_diff('minute', TIMESTAMP '2024-01-01 00:00:00',"
        " at_timezone(TIMESTAMP '2024-01-01 00:01:00', 'Asia/Tokyo'))",
        1,
    ),
    (
        "date_diff('day', at_timezone(TIMESTAMP '2024-01-01 14:00:00', 'Asia/Tokyo'),"
        " TIMESTAMP '2024-01-02 13:59:00')",
        0,
    ),
    (
        "date_diff('month', at_timezone(TIMESTAMP '2024-01-31 15:00:00', 'Asia/Tokyo'),"
        " TIMESTAMP '2024-02-29 15:00:00')",
        1,
    ),
    ("to_unixtime(TIMESTAMP '1970-01-01 00:00:05' AT TIME ZONE 'Asia/Tokyo')", 5.0),
    ("(TIMESTAMP '2024-01-01' AT TIME ZONE 'Asia/Tokyo') = TIMESTAMP '2024-01-01'", True),
    (
        "to_iso8601(at_timezone(TIMESTAMP '2024-01-01 00:00:00', 'Asia/Kolkata'))",
        "2024-01-01T05:30:00.000+05:30",
    ),
    (
        "to_iso8601(at_timezone(TIMESTAMP '2024-01-01 00:00:00', 'America/New_York'))",
        "2023-12-31T19:00:00.000-05:00",
    ),
    ("to_iso8601(at_timezone(TIMESTAMP '2024-01-01 00:00:00', 'UTC'))", "2024-01-01T00:00:00.000Z"),
    ("to_iso8601(TIMESTAMP '2024-01-01 00:00:00')", "2024-01-01T00:00:00.000"),
    ("to_iso8601(from_iso8601_timestamp('2024-01-01'))", "2024-01-01T00:00:00.000Z"),
    ("date_trunc('month', DATE '2024-05-08')", dt.date(2024, 5, 1)),
    ("date_format(TIMESTAMP '2024-05-08 09:07:03', '%Y %M %e %W %H:%i:%s')", "2024 May 8 Wednesday 09:07:03"),
    ("format_datetime(TIMESTAMP '2024-05-08 09:07:03', 'yyyy-MM-dd''T''HH:mm')", "2024-05-08T09:07"),
    ("day_of_week(DATE '2024-05-05')", 7),
    ("week(DATE '2024-12-30')", 1),
    ("year_of_week(DATE '2024-12-30')", 2025),
    ("EXTRACT(DOW FROM DATE '2024-05-05')", 7),
    ("from_iso8601_timestamp('2024-05-08T02:00:00+02:00')", Time("2024-05-08")),
    ("TIMESTAMP '2024-05-08 00:00:00 America/New_York'", Time("2024-05-08T04:00:00")),
    # texts
    ("regexp_extract('abc', 'x')", NOTHING),
    ("regexp_extract('abc', '(b)(c)', 2)", "c"),
    ("regexp_replace('aXbX', '(X)', '<$1>')", "a<X>b<X>"),
    ("regexp_like('DescribeKeys', '^(Get|Describe)')", True),
    ("concat('a', NULL)", NOTHING),
    ("concat('a', 'b', 'c')", "abc"),
    ("greatest(1, NULL)", NOTHING),
    ("least(2, 1)", 1),
    ("split_part('a-b', '-', 3)", NOTHING),
    (r"length('a\n')", 3),
    ("url_extract_host('https://u@example.com:8/x')", "example.com"),
]


@pytest.mark.parametrize(("expression", "expected"), SILENT, ids=[case[0] for case in SILENT])
def test_trinos_answer(ask: Ask, expression: str, expected: Any) -> None:
    found = ask(f"SELECT {expression}")
    assert found == expected
    assert type(found) is type(expected)


def test_whole_numbers_are_divided_after_counting_too(ask: Ask) -> None:
    assert ask("SELECT count(*) / 3, sum(3) / 2, avg(3) / 2, sum(1.5e0) / 2 FROM $EDS_ID") == [
        (1, 6, 1.5, 3.0)
    ]


@pytest.mark.parametrize("expression", ["1 / 0", "1 % 0", "9223372036854775807 + 1", "CAST('x' AS integer)"])
def test_what_is_an_error_in_trino_is_one_here(ask: Ask, expression: str) -> None:
    with pytest.raises(duckdb.Error):
        ask(f"SELECT {expression}")


@pytest.mark.parametrize(
    ("test", "events"),
    [
        ("eventTime >= '2024-05-09'", 1),
        ("eventTime >= '2024-05-09 00:00:00'", 1),
        ("eventTime > '2024-05-09 00:00:00.000'", 0),
        ("eventTime >= '2024-05-08T11:30:00Z'", 2),
        ("eventTime BETWEEN TIMESTAMP '2024-05-08 11:00:00' AND TIMESTAMP '2024-05-08 11:30:00'", 2),
        ("eventTime >= date_format(TIMESTAMP '2024-05-09 00:00:00', '%Y-%m-%d %H:%i:%s')", 1),
        ("eventTime >= '2024-05-09' || ' 00:00:00'", 1),
        ("eventTime >= concat('2024-05-09', ' 00:00:00')", 1),
        ("eventName = 'Get' || 'Object'", 1),
        ("eventTime > current_timestamp - INTERVAL '1' DAY", 0),
        ("readOnly = 'true'", 3),
        ("readOnly = false", 1),
        ("sessionCredentialFromConsole = true", 0),
        ("element_at(requestParameters, 'n') = '50'", 1),
        ("element_at(requestParameters, 'N') = '50'", 0),
        ("useridentity.SESSIONCONTEXT.sessionissuer.username = 'Deploy'", 1),
        ("json_extract_scalar(eventJson, '$.requestParameters.aws:x') = 'colon'", 1),
    ],
)
def test_comparisons(ask: Ask, test: str, events: int) -> None:
    assert ask(f"SELECT count(*) FROM $EDS_ID WHERE {test}") == events


@pytest.mark.parametrize(
    ("source", "columns", "rows"),
    [
        ("CROSS JOIN UNNEST(resources) AS t(r)", "r.arn", ["arn:aws:s3:::acme"]),
        (", UNNEST(resources)", "type, arn", [("AWS::S3::Bucket", "arn:aws:s3:::acme")]),
        (", UNNEST(resources) WITH ORDINALITY AS t(a, b, c, d, n)", "c, n", [("arn:aws:s3:::acme", 1)]),
        (", UNNEST(requestParameters) AS t(k, v)", "k, v",
         [("a", '{"b":[1,2]}'), ("aws:x", "colon"), ("n", "50"), ("no", None)]),
        (", UNNEST(ARRAY[1,2], ARRAY['x']) AS t(a, b)", "a, b", [(1, "x"), (2, None)]),
        ("LEFT JOIN UNNEST(resources) AS t(r) ON true", "r.arn", ["arn:aws:s3:::acme"]),
    ],
)  # fmt: skip
def test_unnest(ask: Ask, source: str, columns: str, rows: list[Any]) -> None:
    found = ask(f"SELECT {columns} FROM $EDS_ID {source} WHERE eventID = 'login' ORDER BY 1")
    assert (found if isinstance(found, list) else [found]) == rows


def test_nothing_to_unnest_gives_no_row_and_a_left_join_keeps_the_event(ask: Ask) -> None:
    assert ask("SELECT count(*) FROM $EDS_ID, UNNEST(resources) t(r) WHERE eventID = 'plain'") == 0
    assert (
        ask("SELECT count(*) FROM $EDS_ID LEFT JOIN UNNEST(resources) t(r) ON true WHERE eventID = 'plain'")
        == 1
    )


def test_lambdas_over_a_map(ask: Ask) -> None:
    one = "FROM $EDS_ID WHERE eventID = 'login'"
    assert ask(f"SELECT map_filter(requestParameters, (k, v) -> v = '50') {one}") == [("n", "50")]
    assert ask(f"SELECT map_keys(transform_values(responseElements, (k, v) -> k || v)) {one}") == [
        "ConsoleLogin"
    ]


def test_maps_of_groups(ask: Ask) -> None:
    assert ask("SELECT map_agg(readOnly, eventID) FROM $EDS_ID WHERE eventID IN ('login', 'plain')") in (
        [(False, "login"), (True, "plain")],
        [(True, "plain"), (False, "login")],
    )
    assert ask("SELECT cardinality(map_agg('same', eventID)) FROM $EDS_ID") == 1
    with pytest.raises(SqlError, match="map_agg"):
        ask("SELECT map_agg(eventID, eventName) FILTER (WHERE readOnly) FROM $EDS_ID")


def test_texts_of_groups(ask: Ask) -> None:
    listed = "listagg(eventID, '+') WITHIN GROUP (ORDER BY eventTime DESC)"
    assert ask(f"SELECT {listed} FROM $EDS_ID") == "plain+role+assumed+login"
    with pytest.raises(SqlError, match="WITHIN GROUP"):
        ask("SELECT count(*) WITHIN GROUP (ORDER BY eventID) FROM $EDS_ID")


def test_nulls_are_last_in_both_directions(ask: Ask) -> None:
    values = "(SELECT CAST(NULL AS integer) AS x UNION SELECT 1 UNION SELECT 2)"
    assert ask(f"SELECT x FROM {values} ORDER BY x") == [(1,), (2,), (None,)]
    assert ask(f"SELECT x FROM {values} ORDER BY x DESC") == [(2,), (1,), (None,)]


def test_intersect_binds_tighter_than_union(ask: Ask) -> None:
    assert ask("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3") == 1


def test_approx_distinct_is_exact(ask: Ask) -> None:
    assert ask("SELECT approx_distinct(eventName) FROM $EDS_ID") == 4


def test_map_values_are_texts_as_in_lake(ask: Ask) -> None:
    values = ", ".join(f"element_at(requestParameters, '{key}')" for key in ("n", "a", "no"))
    assert ask(f"SELECT {values} FROM $EDS_ID WHERE eventID = 'login'") == [("50", '{"b":[1,2]}', None)]
