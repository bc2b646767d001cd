"""Maps decide most tests without a look at the record; what looks like JSON in them may be a text."""

from pathlib import Path
from typing import Any

import pytest

from tests.builders import table
from tests.detections.asking import hits, labelled, rule, rules
from workbench.detections.matching.bounds import Values, bounds
from workbench.detections.matching.planning import Need
from workbench.detections.matching.preparing import prepare
from workbench.detections.reading.sources import PLAIN
from workbench.detections.reading.tree import ANY, Match, Node, Not, Text
from workbench.queries.in_memory import engine_of

EVENTS = labelled(
    list={"requestParameters": {"k": ["a", "b"]}},
    text_like_a_list={"requestParameters": {"k": '["a","b"]'}},
    object={"requestParameters": {"k": {"in": "a"}}},
    text_like_an_object={"requestParameters": {"k": '{"in":"a"}'}},
    escaped={"requestParameters": {"k": {"in": "\u00e9\\a"}}},
    number={"requestParameters": {"k": [1.50]}},
    text={"requestParameters": {"k": "a"}},
    null={"requestParameters": {"k": None}},
    absent={"requestParameters": {"other": "x"}},
    nothing={"requestParameters": None},
)
ASKED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a value of a list": ({"requestParameters.k": "a"}, {"list", "text"}),
    "the text itself": ({"requestParameters.k|startswith": '["a'}, {"text_like_a_list"}),
    "an object is its JSON": ({"requestParameters.k": '{"in":"a"}'}, {"object", "text_like_an_object"}),
    "within an object, not within a text": ({"requestParameters.k.in": "a"}, {"object"}),
    "an escaped text": ({"requestParameters.k.in|endswith": "\\\\a"}, {"escaped"}),
    "digits as they stand": ({"requestParameters.k": "1.5"}, {"number"}),
    "a key within": ({"requestParameters.k.in|exists": True}, {"object", "escaped"}),
    "some node": ({"requestParameters.k|exists": False}, {"null", "absent", "nothing"}),
    "the whole part": ({"requestParameters|contains": '"other":"x"'}, {"absent"}),
    "null as a word": ({"requestParameters|contains": "null"}, {"null"}),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    documents = {f"r{n}": rule({"s": asked}) for n, (asked, _) in enumerate(ASKED.values())}
    return hits(EVENTS, rules(tmp_path_factory.mktemp("rules"), documents))


@pytest.mark.parametrize("name", ASKED)
def test_what_hits(name: str, found: dict[str, set[str]]) -> None:
    assert found[f"r{list(ASKED).index(name)}"] == ASKED[name][1]


def test_of_what_is_counted_texts_and_lists_are_told_alike(tmp_path: Path) -> None:
    counted = {"type": "value_count", "rules": ["r"], "group-by": ["principal"], "timespan": "1h"}
    counted["condition"] = {"field": "requestParameters.k", "gte": 3}
    documents = [
        rule({"s": {"eventName": "DescribeInstances"}}, id="r", name="r"),
        {"title": "C", "id": "c", "correlation": counted},
    ]
    three = labelled(one={"requestParameters": {"k": "a"}}, two={"requestParameters": {"k": ["b", "c"]}})
    two = labelled(one={"requestParameters": {"k": "a"}}, two={"requestParameters": {"k": ["b", "a"]}})
    for events, episodes in ((three, 1), (two, 0)):
        named = {label: one | {"eventName": "DescribeInstances"} for label, one in events.items()}
        assert len(hits(named, rules(tmp_path, {"r": documents}))["c"]) == episodes


def test_only_records_that_maps_do_not_decide_are_parsed() -> None:
    events = table(*EVENTS.values())
    con = engine_of(events).con
    leaf = Match("requestParameters.k", (Text(("a",)),))
    prepared = prepare(con, f"({events.compile()})", [Need(leaf)])
    doubt = prepared.doubts[0]
    parsed = con.execute(f"SELECT count(*) FROM {prepared.parsed}").fetchall()
    prepared.drop()
    # Sure is the text; a list, what looks like one, and a list with a number are looked at again.
    assert (len(doubt.sure), len(doubt.open)) == (1, 3)
    assert parsed == [(3,)]


DEEP = Match("requestParameters.k.in", (Text(("a", ANY)),))
NO_MAP = Match("x.y", (Text(("a",)),))


@pytest.mark.parametrize("node", [DEEP, NO_MAP])
def test_what_is_not_known_may_hold_or_not(node: Node) -> None:
    asked, opposite = bounds(node, PLAIN, Values(str)), bounds(Not(node), PLAIN, Values(str))
    assert asked.at_least == "false"
    assert opposite.at_most == "true"
