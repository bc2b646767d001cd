"""Values of maps, a batch at a time, agree with the same done one by one."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.events.batches.maps import Objects, text_array
from workbench.events.rows.jsontext import map_text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(VALUES, max_size=8), st.booleans(), st.sampled_from([None, 1]))
def test_together_as_alone(values: list[object], ascii_only: bool, indent: int | None) -> None:
    written = [json.dumps(value, ensure_ascii=ascii_only, indent=indent) for value in values]
    texts = [text.encode("utf-8", "replace") for text in written]
    assert text_array(texts).to_pylist() == [map_text(text) for text in texts]


def test_null_maps_and_empty_maps_differ() -> None:
    assert Objects.of([None, {}, {"a": b"null"}, None]).array().to_pylist() == [None, [], [("a", None)], None]


def test_no_maps_at_all() -> None:
    assert Objects.of([]).array().to_pylist() == []
    assert Objects.of([None]).array().to_pylist() == [None]


def test_a_text_that_says_null_is_a_text() -> None:
    assert text_array([b'"null"', b"null", b'"nul"']).to_pylist() == ["null", None, "nul"]
