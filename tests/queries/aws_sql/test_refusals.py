"""What is no plain query on a store is refused by name, and reads nothing; errors say where."""

from typing import Any

import duckdb
import pytest

from tests.queries.aws_sql.conftest import Ask
from workbench.errors import ParameterError, SqlError
from workbench.queries.aws_sql import run_sql
from workbench.queries.aws_sql.failing import failed

HOSTILE = [
    ("DROP TABLE events", "only SELECT runs here, this is DROP TABLE"),
    ("CREATE TABLE x AS SELECT 1", "this is CREATE TABLE"),
    ("INSERT INTO events SELECT 1", "this is INSERT INTO"),
    ("COPY events TO 'x.csv'", "this is COPY EVENTS"),
    ("ATTACH 'x.db'", "this is ATTACH"),
    ("INSTALL httpfs", "this is INSTALL"),
    ("SET threads = 1", "this is SET THREADS"),
    ("PRAGMA version", "this is PRAGMA"),
    ("EXPLAIN SELECT 1", "this is EXPLAIN"),
    ("DESCRIBE events", "this is DESCRIBE"),
    ("SHOW TABLES", "this is SHOW TABLES"),
    ("VALUES (1)", "this is VALUES"),
    ("FROM events", "this is FROM"),
    ("CALL pragma_version()", "this is CALL"),
    ("", "empty"),
    (" ; ", "empty"),
    ("-- only a comment", "empty"),
    ("SELECT 1; SELECT 2", "one query"),
    ("SELECT 1; DROP TABLE events", "only SELECT|one query"),
    ("WITH x AS (DELETE FROM events) SELECT 1", "DELETE"),
    ("WITH x AS (INSERT INTO events SELECT 1) SELECT 1", "INSERT"),
    ("SELECT * INTO x FROM $EDS_ID", "clause"),
    ("SELECT 1\0", "NUL"),
    ("SELECT * FROM read_csv('/etc/passwd')", "table function"),
    ("SELECT * FROM read_text('/etc/passwd')", "table function"),
    ("SELECT * FROM glob('*')", "table function"),
    ("SELECT * FROM duckdb_settings()", "table function"),
    ("SELECT * FROM range(10)", "table function"),
    ("SELECT * FROM $EDS_ID, read_csv('x')", "table function"),
    ("SELECT * FROM $EDS_ID JOIN read_csv('x') ON true", "table function"),
    ("SELECT * FROM $EDS_ID, LATERAL read_csv('x')", "table function|plain query"),
    ("SELECT * FROM TABLE(read_csv('x'))", "table function|plain query"),
    ("SELECT (SELECT 1 FROM read_csv('x'))", "table function"),
    ("SELECT 1 FROM $EDS_ID WHERE 1 IN (SELECT 1 FROM read_csv('x'))", "table function"),
    ("SELECT 1 FROM $EDS_ID ORDER BY (SELECT 1 FROM read_csv('x'))", "table function"),
    ("SELECT transform(ARRAY[1], x -> (SELECT 1 FROM read_csv('x')))", "table function"),
    ("SELECT * FROM '/etc/passwd'", "no event data store"),
    ('SELECT * FROM "x.parquet"', "no event data store"),
    ("SELECT * FROM events", "no event data store named events"),
    ("SELECT * FROM main.events", "no event data store named main.events"),
    ("SELECT * FROM file_rows", "no event data store"),
    ("SELECT * FROM information_schema.tables", "no event data store"),
    ("SELECT * FROM pg_catalog.pg_class", "no event data store"),
    ("SELECT * FROM sqlite_master", "no event data store"),
    ("SELECT * FROM duckdb_tables", "no event data store"),
    ("SELECT * FROM con", "no event data store"),
    ('SELECT * FROM "lake cloudtrail"', "no event data store"),
    ("SELECT * FROM other.eds", "no event data store named other.eds"),
    ("SELECT getenv('HOME')", "no function getenv"),
    ("SELECT current_setting('threads')", "no function current_setting"),
    ("SELECT getvariable('x')", "no function getvariable"),
    ("SELECT read_text('x')", "no function read_text"),
    ("SELECT query('SELECT 1')", "no function query"),
    ("SELECT lake_text(1)", "no function lake_text"),
    ("SELECT filter(ARRAY[1], x -> getenv('x') = 'y')", "no function getenv"),
    ("SELECT count(*) FILTER (WHERE getenv('x') = 'y') FROM $EDS_ID", "no function getenv"),
    ("SELECT row_number() OVER (ORDER BY getenv('x')) FROM $EDS_ID", "no function getenv"),
    ("SELECT CAST('1' AS geometry)", "type GEOMETRY is not supported"),
    ("SELECT * FROM $EDS_ID TABLESAMPLE BERNOULLI (10)", "sample"),
    ("SELECT * FROM $EDS_ID MATCH_RECOGNIZE (PATTERN (a) DEFINE a AS true)", "(?i)match_recognize"),
    ("SELECT regexp_like('a', '(?=a)')", "looks around"),
    (r"SELECT regexp_like('a', '(a)\1')", "refers back"),
    ("SELECT regexp_replace('a', 'b', eventName) FROM $EDS_ID", "must be written as text"),
    ("SELECT json_extract('{}', '$.*')", "JSON path"),
    ("SELECT date_format(eventTime, '%U') FROM $EDS_ID", "date mask"),
    ("SELECT date_diff('fortnight', eventTime, eventTime) FROM $EDS_ID", "no unit of time"),
    ("SELECT date_diff('day') FROM $EDS_ID", "1 arguments"),
    ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "nested too deeply"),
    ("SELECT 1 " + " UNION SELECT 1" * 20_000, "characters"),
    ("SELECT '" + "x" * 300_000 + "'", "characters"),
]


@pytest.mark.parametrize(("sql", "says"), HOSTILE, ids=[case[0][:60] for case in HOSTILE])
def test_refused(ask: Ask, sql: str, says: str) -> None:
    with pytest.raises(SqlError, match=says):
        ask(sql)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT eventName\nFROM $EDS_ID\nWHERE eventName = = 'x'", "line 3, column 19"),
        ("SELECT 1 FROM eds\nWHERE eventName == 'x'", "line 2, column 17: Trino has no ==. Write ="),
        ("SELECT eventTime::date FROM eds", "column 17: Trino has no ::. Write CAST"),
        ("SELECT eventName, FROM eds", "column 17: a comma stands before FROM"),
        ("SELECT 1 FROM eds WHERE eventName ILIKE 'x'", "Trino has no ILIKE"),
        ("SELECT 1 FROM eds WHERE eventName IN ()", "IN has no values"),
        ("SELECT 1 FROM eds WHERE eventName IN 'x'", "IN has no values"),
        ("SELECT 1 FROM eds WHERE (eventName = 'x'", "Expected: )"),
        ("SELECT eventName FROM", "Expected: table name"),
        ("SELECT eventName FROM  GROUP BY 1", "a shell replaces $NAME"),
        ('SELECT 1 FROM eds WHERE eventName = "x y"', "no column x y. Text stands in single"),
        ("SELECT eventName", "column 8: no column eventName in the tables named. Is FROM missing?"),
        ("SELECT eventID FROM eds a, eds b", "column 8: eventID is a column of several tables"),
        ("SELECT json_extract_scalar(requestParameters, '$.x') FROM eds", "this is MAP"),
        ("SELECT json_array_length(resources) FROM eds", "JSON functions read text, this is STRUCT"),
        ("SELECT json_value(requestParameters, 'lax $.x') FROM eds", "this is MAP"),
        ("SELECT 1 FROM eds WHERE eventTime LIKE '2024%'", "LIKE compares texts, these are TIMESTAMP"),
        ("SELECT eventName FROM $EDS_ID e f g", "line 1, column 33"),
        ("SELECT a FROM 4b5213c1-45c5-4127-a443-b2526145e513 x y", "line 1, column 54: unexpected 'y'"),
        ("SELECT eventNameFROM $EDS_ID x y", "A blank is missing"),
        ("SELECT a FROM FROM $EDS_ID", "line 1, column 15: FROM stands twice"),
        ("SELECT 'x\nFROM $EDS_ID", "no end"),
        ("SELECT eventName,\n  evntSource FROM eds", "line 2, column 3: no column evntSource. Nearest: e"),
        ("SELECT eventName, awsRegion, count(*)\nFROM eds GROUP BY 1", "column 19: awsRegion must stand in"),
        ("SELECT 1 FROM eds eventName = 'x'", "Is WHERE missing?"),
        ("SELECT 1 FROM eds SELECT 1 FROM eds", "Two queries without ; between them?"),
        ("SELECT useridentity.usernam FROM eds", "column 21: no column usernam. Nearest: userName"),
        ("SELECT sum(eventName) FROM eds", "sum does not take (VARCHAR). CAST what it is given"),
    ],
)  # fmt: skip
def test_an_error_says_where(ask: Ask, sql: str, says: str) -> None:
    with pytest.raises(SqlError) as error:
        ask(sql)
    assert says in str(error.value)


@pytest.mark.parametrize("written", ["${date_filter}", "####", "<start>", "{{from}}", "$start"])
def test_a_value_that_nobody_filled_is_named_when_a_comparison_fails(con: Any, written: str) -> None:
    sql = f"SELECT 1 FROM eds\nWHERE eventTime > '{written}'"
    table = run_sql(con, sql)
    with pytest.raises(duckdb.Error) as error:
        table.execute()
    told = str(failed(error.value, sql, {}))
    assert told == f"line 2, column 20: the text {written} is a placeholder. Put a value in its place"


def test_a_placeholder_is_named_as_it_was_written(ask: Ask) -> None:
    with pytest.raises(SqlError, match=r"no event data store named \$\{payroll\} in this case"):
        ask("SELECT * FROM ${payroll}")


def test_wrong_calls(con: Any) -> None:
    with pytest.raises(ParameterError, match="no dialect spark"):
        run_sql(con, "SELECT 1", dialect="spark")
    with pytest.raises(ParameterError, match="no kind"):
        run_sql(con, "SELECT 1", stores={"x": "logs"})
