"""Displays that ran text from a log field in a browser, and are therefore nowhere in code or notebooks.

Each pattern stands for a way in which a value from evidence became markup, script, or a request.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tidy_notebooks import source_of

FORBIDDEN_MODULES = {"itables", "great_tables"}
FORBIDDEN_ATTRIBUTES = {"style": "pandas Styler", "mark_image": "images from addresses in the data"}
MARKUP = {"Markdown", "HTML", "Javascript", "SVG", "Latex"}


def faults(source: str) -> Iterator[str]:
    """Yield a sentence for each forbidden display in Python source."""
    for node in ast.walk(ast.parse(source)):
        yield from _imports(node)
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES:
            yield f"line {node.lineno}: .{node.attr} ({FORBIDDEN_ATTRIBUTES[node.attr]})"
        if isinstance(node, ast.Call):
            yield from _calls(node)


def _imports(node: ast.AST) -> Iterator[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
    names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    for name in names:
        if name.split(".")[0] in FORBIDDEN_MODULES or name.endswith("formats.style") or name == "Styler":
            yield f"line {node.lineno}: import of {name}"  # type: ignore[attr-defined]  # an import has a line


def _calls(node: ast.Call) -> Iterator[str]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    options = {option.arg: option.value for option in node.keywords}
    escape = options.get("escape")
    if name == "to_html" and isinstance(escape, ast.Constant) and escape.value is False:
        yield f"line {node.lineno}: to_html(escape=False)"
    if name in MARKUP and any(not isinstance(argument, ast.Constant) for argument in node.args):
        yield f"line {node.lineno}: {name}(...) of a text that is computed"
    if name == "transform_filter" and any(isinstance(argument, ast.JoinedStr) for argument in node.args):
        yield f"line {node.lineno}: an f-string in transform_filter; write alt.datum.x == value"
    if name in ("Tooltip", "tooltip", "encode"):
        fields = [*node.args, *([options["tooltip"]] if "tooltip" in options else [])]
        if any(_is_image(field) for field in fields):
            yield f"line {node.lineno}: a tooltip field named image, which Vega's tooltip loads as a picture"


def _is_image(node: ast.expr) -> bool:
    texts = [str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant)]
    return any(text.split(":")[0].strip().lower() == "image" for text in texts)


ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "workbench").rglob("*.py"), *(ROOT / "notebooks").glob("*.ipynb")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_forbidden_display(path: Path) -> None:
    assert list(faults(source_of(path))) == []


FORBIDDEN = [
    "import itables",
    "from itables import show",
    "from great_tables import GT",
    "from pandas.io.formats.style import Styler",
    "frame.style.hide()",
    "frame.to_html(escape=False)",
    "display(Markdown(f'**{name}**'))",
    "display(HTML('<b>' + name))",
    "display(HTML(f'{name}'))",
    "HTML(data=1, *parts)",
    "alt.Chart(t).mark_image(url=u)",
    "chart.transform_filter(f'datum.x == {name}')",
    "alt.Tooltip('image')",
    "chart.encode(tooltip=['name', 'image:N'])",
]
ALLOWED = [
    "frame.to_html()",
    "display(Markdown('fixed text'))",
    "chart.transform_filter(alt.datum.x == name)",
    "chart.encode(tooltip=['name', 'imageId:N'])",
    "import style_guide",
]


@pytest.mark.parametrize("source", FORBIDDEN)
def test_the_check_finds(source: str) -> None:
    assert list(faults(source))


@pytest.mark.parametrize("source", ALLOWED)
def test_the_check_leaves_alone(source: str) -> None:
    assert not list(faults(source))
