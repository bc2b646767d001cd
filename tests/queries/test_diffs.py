"""What differs between two states, path by path."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.queries.diffs import differences, state_of

POLICY = {"Statement": [{"Effect": "Allow", "Principal": "a"}, {"Effect": "Deny", "Principal": "b"}]}
OPENED = {"Statement": [{"Effect": "Allow", "Principal": "*"}, *POLICY["Statement"]]}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("a", "1", "2")]),
        ({"a": 1}, {"a": "1"}, [("a", "1", "1")]),
        ({"a": 0}, {"a": False}, [("a", "0", "false")]),
        ({"a": None}, {}, [("a", "null", None)]),
        ({}, {"a": {"b": []}}, [("a", None, '{"b":[]}')]),
        ({"a": {"b": 1}}, {"a": [1]}, [("a", '{"b":1}', "[1]")]),
        ({"a b": {"c.d": 1}}, {"a b": {"c.d": 2}}, [('["a b"]["c.d"]', "1", "2")]),
        ({"a": [1, 2, 3]}, {"a": [1, 3]}, [("a[1]", "2", None)]),
        ({"a": [1, 3]}, {"a": [1, 2, 3]}, [("a[1]", None, "2")]),
        ({"a": [{"b": 1, "c": 1}]}, {"a": [{"b": 2, "c": 1}]}, [("a[0].b", "1", "2")]),
    ],
)
def test_paths(before: Any, after: Any, found: list[tuple[str, str, str]]) -> None:
    assert list(differences(before, after)) == found


@pytest.mark.parametrize("written", [json.dumps, lambda value: quote(json.dumps(value), safe="")])
def test_policies_in_texts_are_read(written: Any) -> None:
    found = list(differences({"policy": written(POLICY)}, {"policy": written(OPENED)}))
    assert found == [("policy.Statement[0]", None, '{"Effect":"Allow","Principal":"*"}')]
    spaced = json.dumps(POLICY, indent=4)
    assert not list(differences({"policy": written(POLICY)}, {"policy": spaced}))


@pytest.mark.parametrize("text", ["{broken", "[" * 100_000, "%7Bno", "%", "{}"])
def test_a_text_that_is_no_policy_stays_a_text(text: str) -> None:
    assert not list(differences({"a": text}, {"a": text}))
    ((path, _, after),) = differences({"a": 1}, {"a": text})
    assert (path, after) == ("a", text)


def test_long_lists_are_compared_in_order() -> None:
    before = list(range(2000))
    found = list(differences({"a": before}, {"a": [*before[:-1], 7, 8]}))
    assert found == [("a[1999]", "1999", "7"), ("a[2000]", None, "8")]


def test_states_leave_out_what_tells_of_the_recording() -> None:
    data = {"configurationItemCaptureTime": "x", "ConfigurationItemStatus": "OK", "tags": None}
    assert state_of(json.dumps({"eventdata": data})) == {"configurationItemStatus": "OK", "tags": None}
    assert state_of("{}") == {}
    first, second = {"name": "a"}, {"name": "b"}
    related = [
        json.dumps({"eventData": {"relationships": some}}) for some in ([first, second], [second, first])
    ]
    assert state_of(related[0]) == state_of(related[1])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, JSON)
def test_two_states_differ_somewhere_or_are_the_same(before: Any, after: Any) -> None:
    def spelled(value: Any) -> str:
        return json.dumps(value, sort_keys=True)

    assert not list(differences(before, before))
    if spelled(before) == spelled(after):
        assert not list(differences(before, after))
    elif not {type(before), type(after)} & {str}:  # a text may hold the JSON that the other one is
        assert len(list(differences(before, after))) == len(list(differences(after, before)))
