"""Any set of keys gets paths of its own, safe on any disk, from which the keys can be read back."""

import re
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from workbench.evidence.acquisition.listing import Listed
from workbench.evidence.acquisition.places import FOLDER_MARK, Places, other_path, same_case

PARTS = st.sampled_from(
    ["a", "A", "b", "..", ".", "", "~", "%2e", "\0", "\n", "é", "e\u0301", "x" * 300, "a.", "$"]
)
KEYS = st.lists(PARTS, min_size=1, max_size=5).map("/".join).filter(bool)
ANY_KEYS = st.lists(
    KEYS | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400), unique=True
)


def listed(keys: list[str]) -> list[Listed]:
    return [Listed(key, f"etag-{number}", number % 2, "") for number, key in enumerate(keys)]


def read_back(path: str) -> str:
    """Undo `other_path`, without its version."""
    name = "".join(re.sub("~$", "", piece) for piece in path.split("/")[1:])
    if name.endswith(FOLDER_MARK):
        return unquote(name.removesuffix(FOLDER_MARK)) + "/"
    return unquote(name, errors="strict")


@given(ANY_KEYS, st.booleans())
def test_paths_are_distinct_and_safe(keys: list[str], ignores_case: bool) -> None:
    fold = same_case if ignores_case else str
    paths = Places([], fold).give("acme", listed(keys))
    folded = [fold(path) for path in paths]
    assert len(set(folded)) == len(keys)
    for path in paths:
        parts = path.split("/")
        assert parts[0] in {"acme", "acme~other"}
        assert not {"", ".", ".."} & set(parts)
        assert all(len(part.encode()) <= 255 for part in parts)
        assert "\0" not in path
    folders = {folder[: cut.start()] for folder in folded for cut in re.finditer("/", folder)}
    assert not folders & set(folded), "no file is another one's folder"


@given(ANY_KEYS)
def test_a_key_can_be_read_back(keys: list[str]) -> None:
    for item in listed(keys):
        assert read_back(other_path("acme", item)) == item.key


@given(ANY_KEYS)
def test_the_paths_of_before_stay_theirs(keys: list[str]) -> None:
    half = len(keys) // 2
    before = Places([]).give("acme", listed(keys)[:half])
    after = Places(before).give("acme", listed(keys)[half:])
    assert not set(before) & set(after)


def test_versions_of_one_key_are_told_apart() -> None:
    versions = [Listed("k", "e", 1, "", version, "older") for version in ("v1", "V1", "v2")]
    assert len({same_case(other_path("acme", item, version=True)) for item in versions}) == 3


def test_only_an_empty_object_may_look_like_a_folder_to_the_loader() -> None:
    assert other_path("acme", Listed("logs/", "e", 0, "")) == "acme~other/logs_$folder$"
    assert other_path("acme", Listed("logs/", "e", 9, "")) == "acme~other/logs%2f"
