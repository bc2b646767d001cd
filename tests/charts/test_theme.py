import altair as alt
import pandas as pd
import pytest

from workbench import charts
from workbench.charts.labels import counted, label, labels, node_label
from workbench.charts.theme import MIME, finish, no_events, tip, utc
from workbench.errors import ChartError


def bar():
    return alt.Chart(alt.Data(values=[{"n": 1}])).mark_bar().encode(x="n:Q")


def test_the_renderer_emits_what_jupyterlab_draws_offline():
    charts.enable()
    chart = finish(bar(), title="Calls", description="One call.")
    bundle = chart._repr_mimebundle_()
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    assert set(bundle) == {MIME, "text/plain"}
    assert bundle["text/plain"] == "One call."
    assert bundle[MIME]["$schema"].endswith("/v5.json")


def test_no_description_is_an_error():
    with pytest.raises(ChartError, match="no description"):
        finish(bar(), title="Calls", description="")
    with pytest.raises(ChartError, match="no description"):
        charts.mime_bundle(bar().to_dict())


def test_importing_and_drawing_leave_the_users_altair_alone():
    alt.renderers.enable("default")
    before = (alt.renderers.active, alt.theme.active, alt.data_transformers.active)
    finish(bar(), title="Calls", description="One call.").to_dict()
    assert (alt.renderers.active, alt.theme.active, alt.data_transformers.active) == before


def test_text_follows_the_page_in_light_and_dark():
    config = finish(bar(), title="Calls", description="One call.").to_dict()["config"]
    assert config["background"] == "transparent"
    colours = [
        config["axis"]["labelColor"],
        config["axis"]["titleColor"],
        config["legend"]["labelColor"],
        config["title"]["color"],
    ]
    assert set(colours) == {"currentColor"}


@pytest.mark.parametrize("hostile", ["a\x00b", "a\x1b[2Jb", "a\u202eb", "a\u200bb", "a\nb"])
def test_control_characters_are_made_visible(hostile):
    assert label(hostile).isprintable()
    assert label(hostile) not in ("ab", hostile)
    assert all(text.isprintable() for text in labels([hostile]).values())


def test_labels_are_never_the_same_for_two_values():
    long = [f"arn:aws:iam::111122223333:role/{'x' * 80}{end}" for end in ("a", "b")]
    alike = [
        "role/Deploy",
        "arn:aws:iam::111122223333:role/Deploy",
        "arn:aws:iam::111122223333:role/ci/Deploy",
    ]
    middles = [f"arn:aws:iam::111122223333:role/{'x' * 60}{middle}{'x' * 60}" for middle in "ab"]
    for values in (long, alike, middles):
        found = labels(values)
        assert len(set(found.values())) == len(values)
        assert all(len(text) <= 60 for text in found.values())


def test_labels_name_the_account_where_there_are_several():
    one, two = "arn:aws:iam::111122223333:role/A", "arn:aws:iam::444455556666:role/B"
    assert labels([one]) == {one: "role/A"}
    assert labels([one, two]) == {one: "role/A · 111122223333", two: "role/B · 444455556666"}
    assert labels([one, two], accounts=False) == {one: "role/A", two: "role/B"}
    same = "arn:aws:iam::444455556666:role/A"
    assert labels([one, same], accounts=False) == {
        one: "role/A · 111122223333",
        same: "role/A · 444455556666",
    }


def test_node_labels_are_bare_names():
    permission_set = (
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
    )
    assert node_label(permission_set, 40) == "AWSReservedSSO_Admin"
    assert node_label("arn:aws:iam::111122223333:root", 40) == "root"
    assert node_label("i-0123456789abcdef0", 40) == "i-0123456789abcdef0"


def test_a_tooltip_is_never_titled_image():
    assert tip("x:N", "image").to_dict()["title"] != "image"
    assert tip("x:N", " Image ").to_dict()["title"].lower().strip() != "image"


def test_times_leave_with_their_zone():
    (stamp,) = utc(pd.Series([pd.Timestamp("2024-03-10 02:30")]))  # a time that New York skipped
    assert stamp.isoformat() == "2024-03-10T02:30:00+00:00"


def test_nothing_to_show_is_a_chart_that_says_so():
    spec = no_events("Refused calls").to_dict()
    assert spec["description"] == "Refused calls: no events."
    assert spec["data"]["values"] == [{"text": "no events"}]


def test_numbers_have_their_noun():
    assert counted(0, "event") == "0 events"
