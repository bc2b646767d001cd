"""Display data to HTML by the templates in ``page/``: all escaped, hidden characters spelled out."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from workbench.errors import visible

if TYPE_CHECKING:
    from jinja2 import Environment

KINDS = ("findings", "head", "lead", "listing", "records", "statement", "steps", "table")


def mime(kind: str) -> str:
    """Return the MIME type under which a display of this kind travels in a notebook.

    Examples
    --------
    >>> mime("table")
    'application/vnd.workbench.table+json'
    """
    return f"application/vnd.workbench.{kind}+json"


def render(kind: str, data: Mapping[str, Any], *, page: bool = False) -> str:
    """Return the HTML of display data.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    data : mapping
        What the display object put under its MIME type.
    page : bool
        True in the exported page, where queries and events have anchors to link to; False in a notebook,
        where the query stands below the table.

    Examples
    --------
    >>> print(render("statement", {"text": "3 principals <script>"}))
    <p class="statement">3 principals &lt;script&gt;</p>
    """
    macros = environment().get_template("displays.html.j2").module
    return str(getattr(macros, kind)(data, page)).strip()


@cache
def environment() -> Environment:
    """Return the template environment: autoescape on, undefined names are errors."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("workbench.briefing", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"anchor": anchor, "query_anchor": query_anchor, "count": count}
    made.filters |= {"breakable": breakable, "verbatim": verbatim}
    return made


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    return value if hasattr(value, "__html__") else lines_visible(value)


def lines_visible(text: object) -> str:
    r"""Return `text` with hidden characters spelled out, line breaks kept.

    Examples
    --------
    >>> print(lines_visible("one\ntwo\x1b[0m"))
    one
    two\x1b[0m
    """
    return "\n".join(visible(line) for line in str(text).split("\n"))


def breakable(text: str) -> str:
    """Return a long name as HTML that may break after its separators, so that a table keeps its width.

    Examples
    --------
    >>> print(breakable("arn:aws:iam::111122223333:role/<Deploy>"))
    arn:<wbr>aws:<wbr>iam:<wbr>:<wbr>111122223333:<wbr>role/<wbr>&lt;Deploy&gt;
    >>> print(breakable("once, at 2026-03-06 20:06:25 UTC"))
    once,<wbr> at 2026-03-06 20:06:25 UTC
    """
    from markupsafe import Markup, escape

    shown = escape(lines_visible(text))
    if len(text) < 24:
        return shown
    return Markup(_BREAKS.sub(r"\1<wbr>", str(shown)))  # noqa: S704 - escaped, then only breaks added


def verbatim(text: str) -> str:
    """Return text for between tags, quotes as they are.

    SQL and JSON are full of quotes; escaped, each would cost five bytes.

    Examples
    --------
    >>> print(verbatim('SELECT "a" < 1'))
    SELECT "a" &lt; 1
    """
    from markupsafe import Markup

    return Markup(html.escape(lines_visible(text), quote=False))  # noqa: S704 - escaped for text, not for attributes


_BREAKS = re.compile(r"([/,_@]|(?<![0-9]{2}):|:(?![0-9]{2}(?![0-9])))(?=.)")
"""Where a long name may break: not inside a time of the day."""


def anchor(text: str) -> str:
    """Return an id for a page anchor: readable, from any text, never two texts under one id.

    Examples
    --------
    >>> anchor("Which principals deserve attention?"), anchor('x" onload="')
    ('which-principals-deserve-attention', 'x-onload-9c7b86f4')
    """
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-")
    if re.fullmatch(r"[A-Za-z0-9._-]+", text):
        return text
    lowered = plain.lower()[:60]
    if re.fullmatch(r"[A-Za-z0-9 ,.?:'-]+", text) and len(text) <= 60:
        return lowered
    return f"{lowered}-{digest(text)}" if lowered else digest(text)


def query_anchor(sql: str) -> str:
    """Return the id under which the appendix shows this query."""
    return f"query-{digest(sql)}"


def digest(text: str) -> str:
    """Return eight hex digits that stand for `text`."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]


def count(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count(1, "event"), count(2900, "event"), count(0, "query", "queries")
    ('1 event', '2,900 events', '0 queries')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
