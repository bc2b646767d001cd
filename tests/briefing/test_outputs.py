"""The allow-list: what a cell shows on the page, and what is replaced by its plain text."""

import base64
from html.parser import HTMLParser

import pytest

from tests.briefing.books import HOSTILE
from workbench.briefing.outputs import harmless, headings, markdown_html, output_html, packed, script_json

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\nrest").decode()


def shown(**data: object) -> str:
    named = {key.replace("__", "/"): value for key, value in data.items()}
    return output_html({"output_type": "display_data", "data": named})


class Elements(HTMLParser):
    """What a browser would make of a text: its elements, and whatever in them could act."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.acting: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.acting += [(name, value) for name, value in attrs if name not in ("class", "rel", "alt")]


def test_html_is_replaced_by_its_plain_text_and_a_note() -> None:
    html = shown(text__html="<b onclick=x>1</b>", text__plain="<b>one</b>")
    assert "onclick" not in html
    assert "&lt;b&gt;one&lt;/b&gt;" in html
    assert "shows no text/html" in html


OTHERS = ["application/javascript", "image/svg+xml", "text/latex", "application/vnd.vega.v5+json"]


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_not_on_the_list_is_not_shown(kind: str) -> None:
    html = output_html({"output_type": "display_data", "data": {kind: "alert(1)"}})
    assert "alert(1)" not in html
    assert kind in html


def test_a_png_is_shown_and_what_only_says_so_is_not() -> None:
    assert f'<img src="data:image/png;base64,{PNG}"' in shown(image__png=PNG, text__plain='" onerror="x')
    assert "<img" not in shown(image__png=base64.b64encode(b"<svg onload=x>").decode(), text__plain="p")
    assert "<img" not in shown(image__png="%%%", text__plain="p")


def test_an_error_is_shown_without_the_places_of_its_traceback() -> None:
    error = {"output_type": "error", "ename": "KeyError", "evalue": "<x>", "traceback": ["/srv/lib.py"]}
    html = output_html(error)
    assert html == '<pre class="error">KeyError: &lt;x&gt;</pre>'


def test_a_chart_is_data_in_a_script_element_that_cannot_be_left() -> None:
    values = [{"a": "</script>\u2028<!--"}]
    spec = {"mark": "bar", "description": "</script><script>x", "data": {"values": values}}
    html = output_html({"output_type": "display_data", "data": {"application/vnd.vegalite.v5+json": spec}})
    assert html.count("</script>") == 1
    assert "<!--" not in html
    assert "\u2028" not in html
    assert "&lt;/script&gt;&lt;script&gt;x" in html


def test_a_chart_loses_what_steers_the_embedder_and_keeps_its_data() -> None:
    spec = {"$schema": "x", "usermeta": {"embedOptions": {}}, "data": {"values": [{"usermeta": "kept\x1b"}]}}
    assert harmless(spec) == {"data": {"values": [{"usermeta": "kept\\x1b"}]}}


FORGED = [{}, {"columns": 3, "rows": [1]}, {"title": "<script>"}, {"facts": [1]}, {"records": "abc"}]


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("kind", ["table", "records", "findings", "head", "listing", "statement"])
def test_forged_display_data_falls_back_to_plain_text(kind: str, forged: dict[str, object]) -> None:
    data = {f"application/vnd.workbench.{kind}+json": forged, "text/plain": "plain & simple"}
    html = output_html({"output_type": "display_data", "data": data})
    assert "plain &amp; simple" in html


@pytest.mark.parametrize("trick", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("kind", ["stream", "plain", "markdown", "statement"])
def test_a_trick_makes_no_element(kind: str, trick: str) -> None:
    data = {"plain": {"text/plain": trick}, "markdown": {"text/markdown": trick}}.get(kind) or {
        "application/vnd.workbench.statement+json": {"text": trick}
    }
    shown_as = {"output_type": "display_data", "data": data}
    made = Elements(output_html({"output_type": "stream", "text": trick} if kind == "stream" else shown_as))
    assert made.names <= {"pre", "p", "div", "code", "strong", "em", "a"}
    assert all(name == "href" and value == "#harmful-link" for name, value in made.acting)


def test_markdown_keeps_links_to_the_web_and_to_the_page() -> None:
    html = markdown_html("[a](https://docs.aws.amazon.com/x) [b](#queries) [c](http://x.example) ![d](https://x.example)")
    assert 'href="https://docs.aws.amazon.com/x"' in html
    assert 'href="#queries"' in html
    assert "http://x.example" not in html
    assert "<img" not in html


def test_json_for_a_script_element_reads_back() -> None:
    assert script_json({"a": "<&>\u2029"}) == '{"a":"\\u003c\\u0026\\u003e\\u2029"}'


def test_headings_in_code_are_no_headings() -> None:
    assert headings("# One\n```\n# no\n```\n## Two ##") == [(1, "One"), (2, "Two")]


def test_uneven_or_odd_data_sets_are_left_as_they_are() -> None:
    odd = {"a": [], "b": [{"x": 1}, {"y": 1}], "c": [1, 2], "d": {"type": "FeatureCollection"}, "e": "text"}
    assert packed({"datasets": odd}) == {"datasets": odd}
    for spec in ({"mark": "bar"}, {"datasets": "text"}, {"datasets": None}, {"datasets": [1]}):
        assert packed(spec) == spec


def test_numbers_that_json_does_not_know_are_absent() -> None:
    assert harmless({"values": [float("nan"), float("inf"), 1.5]}) == {"values": [None, None, 1.5]}
