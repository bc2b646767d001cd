"""One cell output to HTML: an allow-list. What is not on it is shown as plain text, with a note."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping
from typing import Any

import nh3
from markupsafe import Markup

from workbench.briefing import markup

VEGA = "application/vnd.vegalite.v5+json"
_PNG = b"\x89PNG\r\n\x1a\n"
_TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_IN_SCRIPT = str.maketrans(
    {character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"},
)


def output_html(output: Mapping[str, Any]) -> str:
    """Return the HTML of one output of a code cell.

    Parameters
    ----------
    output : mapping
        As nbformat holds it. Allowed: streams, errors, the workbench's own displays, Vega-Lite, PNG,
        Markdown. Of anything else its plain text is shown.

    Examples
    --------
    >>> print(output_html({"output_type": "stream", "name": "stdout", "text": "<b>1</b>"}))
    <pre class="stream stdout">&lt;b&gt;1&lt;/b&gt;</pre>
    """
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return pre(_text(output.get("text", "")), f"stream {name}")
    if kind == "error":
        return pre(f"{output.get('ename')}: {output.get('evalue')}", "error")
    data = output.get("data", {})
    drawn = _display(data) or _chart(data) or _image(data) or _markdown_output(data)
    return drawn or _plain(data)


def pre(text: str, kind: str) -> str:
    """Return text as it stands, hidden characters spelled out."""
    return Markup('<pre class="{}">{}</pre>').format(kind, markup.lines_visible(text.rstrip("\n")))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "".join(map(str, value))


def display_data(data: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return kind and data of a display of our own, or None."""
    for kind in markup.KINDS:
        found = data.get(markup.mime(kind))
        if isinstance(found, dict):
            return kind, found
    return None


def _display(data: Mapping[str, Any]) -> str:
    from jinja2 import UndefinedError

    found = display_data(data)
    if found is None:
        return ""
    try:
        return markup.render(*found, page=True)
    except (UndefinedError, TypeError, ValueError, AttributeError, KeyError, IndexError):
        return ""  # not made by the workbench: shown as its plain text


def _chart(data: Mapping[str, Any]) -> str:
    spec = data.get(VEGA)
    if not isinstance(spec, dict):
        return ""
    description = str(spec.get("description") or _text(data.get("text/plain", "")) or "No description.")
    return Markup(
        '<figure class="chart"><div class="vega" role="img" aria-label="{0}"></div>'
        '<script type="application/json">{1}</script><figcaption>{0}</figcaption></figure>'
    ).format(markup.lines_visible(description), Markup(script_json(packed(harmless(spec)))))  # noqa: S704 - escaped above


def harmless(spec: Any, *, top: bool = True) -> Any:
    """Return a Vega-Lite specification without what steers the embedder, its texts made visible.

    ``usermeta`` could set options of the page, ``$schema`` is an address: neither is needed to draw.
    """
    if isinstance(spec, dict):
        kept = {name: value for name, value in spec.items() if not top or name not in ("usermeta", "$schema")}
        return {markup.lines_visible(name): harmless(value, top=False) for name, value in kept.items()}
    if isinstance(spec, list):
        return [harmless(value, top=False) for value in spec]
    if isinstance(spec, float) and not math.isfinite(spec):
        return None  # JSON knows neither NaN nor infinity
    return markup.lines_visible(spec) if isinstance(spec, str) else spec


def packed(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a specification with its data sets as columns and rows: names of fields once, not once a row.

    The page's script unpacks them.

    Examples
    --------
    >>> packed({"datasets": {"d": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]}})
    {'datasets': {'d': {'columns': ['a', 'b'], 'rows': [[1, 2], [3, 4]]}}}
    """
    found = spec.get("datasets")
    if not isinstance(found, dict):
        return spec
    return spec | {"datasets": {name: _packed(rows) for name, rows in found.items()}}


def _packed(rows: Any) -> Any:
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        return rows
    columns = list(rows[0])
    if any(list(row) != columns for row in rows):
        return rows
    return {"columns": columns, "rows": [list(row.values()) for row in rows]}


def script_json(value: Any) -> str:
    r"""Return JSON that may stand in a script element, whatever its texts hold.

    Examples
    --------
    >>> print(script_json({"a": "</script>"}))
    {"a":"\u003c/script\u003e"}
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=False)
    return text.translate(_IN_SCRIPT)


def _image(data: Mapping[str, Any]) -> str:
    try:
        picture = base64.b64decode(_text(data.get("image/png", "")), validate=False)
    except (binascii.Error, ValueError):
        return ""
    if not picture.startswith(_PNG):
        return ""
    words = markup.lines_visible(_text(data.get("text/plain", "")))
    return Markup('<figure><img src="data:image/png;base64,{}" alt="{}"></figure>').format(
        base64.b64encode(picture).decode(), words
    )


def _markdown_output(data: Mapping[str, Any]) -> str:
    text = _text(data.get("text/markdown", ""))
    return f'<div class="markdown">{markdown_html(text)}</div>' if text else ""


def markdown_html(text: str) -> str:
    """Return Markdown as HTML of harmless elements only; HTML inside it is shown as text, not obeyed.

    Examples
    --------
    >>> print(markdown_html("**a** <script>b</script>").strip())
    <p><strong>a</strong> &lt;script&gt;b&lt;/script&gt;</p>
    """
    import mistune

    made = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])
    return nh3.clean(
        str(made(markup.lines_visible(text))),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"https", "mailto"},
        link_rel="noopener noreferrer",
    )


def _plain(data: Mapping[str, Any]) -> str:
    text = _text(data.get("text/plain", ""))
    left_out = sorted(name for name in data if name != "text/plain")
    shown = pre(text, "plain") if text else ""
    if not left_out:
        return shown
    listed = markup.lines_visible(", ".join(left_out))
    note = "This page shows no {}: log fields could act through it. Its plain text stands here."
    return shown + Markup('<p class="note">{}</p>').format(note.format(listed))


def headings(source: str) -> list[tuple[int, str]]:
    """Return the headings of Markdown text as (level, text), code blocks left aside.

    Examples
    --------
    >>> headings("# Title\\n\\nText\\n\\n## Who was denied?\\n")
    [(1, 'Title'), (2, 'Who was denied?')]
    """
    text = re.sub(r"(?ms)^(```|~~~).*?^\1", "", source)
    found = re.findall(r"(?m)^(#{1,6})[ \t]+(.+?)[ \t]*#*$", text)
    return [(len(marks), words.strip()) for marks, words in found]
