"""Any rule over any events: the engine's SQL finds what the evaluator's plain reading finds."""

import os
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.builders import event, table
from tests.detections.asking import rules
from tests.detections.evaluator import Event, matches
from workbench.detections import examine

SIGNS = ("a", "A", "ab", "1", ".", "%", "_", "'", '"', "\\", "*", "?", "é", "É", " ", "[", "{", "\n")
KEYS = ("k", "K", "x-y", "items", "o'k", 'q"q', "b\\b", "s*")
PATHS = st.lists(st.sampled_from(KEYS), max_size=3).map(lambda keys: ".".join(["requestParameters", *keys]))
FLAT = ("eventName", "userAgent", "errorCode", "sourceIPAddress", "readOnly", "userIdentity.type")
OTHERS = (*FLAT, "responseElements.k", "resources.ARN", "eventSource")
FIELDS = st.one_of(PATHS, PATHS, st.sampled_from(OTHERS))

TEXTS = st.lists(st.sampled_from(SIGNS), max_size=4).map("".join)
SCALARS = st.one_of(
    TEXTS, st.sampled_from((0, 1, 22, -1, 2**70, 1.5, 1e22, -0.0, True, False, None)),
    st.sampled_from(("10.1.2.3", "10.1.2.03", "2001:db8::1", "22", "true", '{"k":"a"}', '["a"]', "null")),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4)
EVENTS = st.fixed_dictionaries(
    {
        "eventName": st.sampled_from(("StopLogging", "stoplogging", "a%_", "List*", 7, None, ..., ["a%_"])),
        "requestParameters": st.one_of(OBJECTS, OBJECTS, OBJECTS, VALUES, st.just(...)),
    },
    optional={
        "eventSource": st.sampled_from(("s3.amazonaws.com", None, ...)),
        "userAgent": st.one_of(TEXTS, SCALARS, st.just(...)),
        "errorCode": st.one_of(TEXTS, st.just(...)),
        "sourceIPAddress": st.one_of(SCALARS, st.just(...)),
        "readOnly": st.sampled_from((True, False, None, "true", 1, ...)),
        "userIdentity": st.sampled_from((None, ..., {"type": "Root"}, {"type": ["Root"]}, "Root")),
        "responseElements": st.one_of(OBJECTS, st.just("a")),
        "resources": st.sampled_from(([{"ARN": "a%"}, {"ARN": "B"}], [], None, [[{"ARN": "a"}]])),
    },
)

WANTED = st.one_of(
    TEXTS, TEXTS, st.sampled_from((None, True, False, 0, 1, 22, "", "*", "\\*", "\\?", "\\\\")),
    st.sampled_from(("stoplogging", "a%_", "list\\*", "root", "1.5", "1e+22", '{"k":"a"}', "10.*", "true")),
)  # fmt: skip
PARTS = TEXTS.filter(bool)
SOME = st.lists(WANTED, min_size=1, max_size=3)
TESTS = st.one_of(
    st.tuples(st.just(""), st.one_of(WANTED, SOME)),
    st.tuples(st.sampled_from(("|contains", "|startswith", "|endswith", "|cased", "|contains|cased")), PARTS),
    st.tuples(st.sampled_from(("|all", "|contains|all")), st.lists(PARTS, min_size=1, max_size=2)),
    st.tuples(st.just("|exists"), st.booleans()),
    st.tuples(st.sampled_from(("|re", "|re|i")), st.sampled_from(("a", "^A", "[%_]", "a.*1", r"\\", "^$"))),
    st.tuples(st.just("|cidr"), st.sampled_from(("10.0.0.0/8", "2001:db8::/32"))),
    st.tuples(st.sampled_from(("|lt", "|gte")), st.sampled_from((1, 22, "1.5"))),
    st.tuples(st.sampled_from(("|fieldref", "|fieldref|startswith")), FIELDS),
)
LEAVES = st.tuples(FIELDS, TESTS).map(lambda leaf: (leaf[0] + leaf[1][0], leaf[1][1]))
MAPS = st.lists(LEAVES, min_size=1, max_size=2, unique_by=lambda leaf: leaf[0]).map(dict)
SELECTIONS = st.one_of(MAPS, MAPS, *(st.lists(some, min_size=1, max_size=2) for some in (MAPS, PARTS)))
CONDITIONS = ("s1", "not s1", "s1 and not s2", "s1 or not (s2 and s3)", "1 of s*", "all of them")
DETECTIONS = st.fixed_dictionaries(
    {"s1": SELECTIONS, "s2": SELECTIONS, "s3": SELECTIONS, "condition": st.sampled_from(CONDITIONS)}
)


EXAMPLES = int(os.environ.get("ANY_RULE_EXAMPLES", "12"))


def found(events: Any, known: Any) -> set[tuple[str, str]]:
    rows = examine(events, known).hits.select("rule_id", "eventID").to_pyarrow().to_pylist()
    told = [(row["rule_id"], row["eventID"]) for row in rows]
    assert len(set(told)) == len(told), "a hit is told once"
    return set(told)


# Not shrunk: what differs is told by single rules and records, which are small.
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, phases=(Phase.generate,))
@given(st.lists(EVENTS, min_size=5, max_size=20), st.lists(DETECTIONS, min_size=5, max_size=20))
def test_engine_and_evaluator_agree(
    tmp_path_factory: pytest.TempPathFactory, fields: list[dict[str, Any]], detections: list[dict[str, Any]]
) -> None:
    events = table(*(event(**some) for some in fields))
    asked = {f"r{number}": {"detection": one} for number, one in enumerate(detections)}
    known = [one for one in rules(tmp_path_factory.mktemp("rules"), asked) if not one.refused]
    records = {one.id: one for one in map(Event, events.eventJson.execute())}
    expected = {
        (rule.id, name)
        for rule in known
        for name, record in records.items()
        if matches(asked[rule.id]["detection"], record)
    }
    differing = found(events, known) ^ expected
    told = [(asked[rule], records[name].text, (rule, name) in expected) for rule, name in differing]
    assert not told, "\n".join(map(str, told))
