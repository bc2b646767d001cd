import ibis
import pytest

from tests.builders import event, table
from tests.charts.drawing import check
from workbench.charts import chains
from workbench.errors import ChartError

ALICE, BUILD = "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:role/Build"
DEPLOY = "arn:aws:iam::444455556666:role/Deploy"
SCHEMA = {
    "path": "array<string>",
    "sessions": "int64",
    "first": "timestamp",
    "last": "timestamp",
    "confidence": "string",
}


def drawn(*rows, **options):
    made = [{"sessions": 1, "first": None, "last": None, "confidence": "certain"} | row for row in rows]
    return chains(ibis.memtable(made, schema=SCHEMA), **options)


def rows_with(chart, *names):
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows if set(names) <= set(row)]


def test_a_chain_is_drawn_from_its_origin_by_account():
    chart = drawn({"path": [ALICE, BUILD], "sessions": 3}, {"path": [ALICE, BUILD, DEPLOY], "sessions": 2})
    check(chart)
    spots = {row["principal"]: row for row in rows_with(chart, "principal")}
    assert spots[ALICE]["x"] < spots[BUILD]["x"] < spots[DEPLOY]["x"]
    assert {row["account"] for row in spots.values()} == {"111122223333", "444455556666"}
    assert (spots[ALICE]["kind"], spots[DEPLOY]["kind"]) == ("iam_user", "role")


def test_sessions_are_counted_where_their_chain_ends():
    chart = drawn({"path": [ALICE, BUILD], "sessions": 3}, {"path": [ALICE, BUILD, DEPLOY], "sessions": 2})
    heads = {(row["from"], row["to"]): row["count"] for row in rows_with(chart, "angle")}
    assert heads == {(ALICE, BUILD): 3, (BUILD, DEPLOY): 2}


def test_a_part_that_is_no_row_counts_the_sessions_that_passed_it():
    heads = rows_with(drawn({"path": [ALICE, BUILD, DEPLOY], "sessions": 2}), "angle")
    assert {row["to"]: row["count"] for row in heads} == {BUILD: 2, DEPLOY: 2}


def test_an_edge_is_as_sure_as_its_surest_chain():
    chart = drawn(
        {"path": [ALICE, BUILD], "confidence": "medium"}, {"path": [ALICE, BUILD], "confidence": "high"}
    )
    assert {row["sure"] for row in rows_with(chart, "angle")} == {"high"}


def test_a_role_that_assumes_itself_and_unnamed_kinds_are_drawn():
    check(
        drawn({"path": ["mira@example.com", BUILD, BUILD, BUILD]}, {"path": ["i-0123456789abcdef0", BUILD]})
    )


def test_the_longest_chains_are_kept_when_there_are_too_many():
    short = [{"path": [f"user-{n}", f"role-{n}"]} for n in range(40)]
    chart = drawn({"path": ["a", "b", "c", "d"]}, *short, limit=10)
    check(chart)
    names = {row["principal"] for row in rows_with(chart, "principal")}
    assert {"a", "b", "c", "d"} <= names
    assert len(names) == 10


def test_no_chain_and_another_table():
    assert drawn().description.endswith("no events.")
    with pytest.raises(ChartError, match=r"graphs\.chains"):
        chains(table(event()))
