"""`make interface`: the README's tables of the Python interface and of the reasons, made from the code.

One source for each sentence: the first line of the docstring, and the loader's own remedies. A test compares
the README with them.
"""

import inspect
import re
from pathlib import Path
from typing import Any

import workbench as wb
from workbench.events.telling import REMEDIES

README = Path(__file__).resolve().parents[1] / "README.md"
TABLE = re.compile(r"(?<=<!-- interface -->\n).*?(?=<!-- end of interface -->)", re.S)
REASONS = re.compile(r"(?<=<!-- reasons -->\n).*?(?=<!-- end of reasons -->)", re.S)


def exported() -> dict[str, object]:
    """Every public name with what it stands for: the face, then each room's, modules left out."""
    return _exported(wb, "")


def _exported(module: Any, before: str) -> dict[str, object]:
    own = {f"{before}{name}": getattr(module, name) for name in module.__all__}
    names = {name: thing for name, thing in own.items() if not inspect.ismodule(thing)}
    for name in own.keys() - names.keys():
        names |= _exported(own[name], f"{name}.")
    return dict(sorted(names.items(), key=lambda pair: (pair[0].count("."), pair[0])))


def summary(thing: object) -> str:
    """First paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def table() -> str:
    """Markdown of the whole interface."""
    rows = [f"| `wb.{name}` | {_told(thing)} |" for name, thing in exported().items()]
    return "\n".join(["| name | what it is |", "|---|---|", *rows]) + "\n"


def reasons() -> str:
    """Markdown of the reasons for which files and records are set aside."""
    rows = [f"| `{reason}` | {remedy} |" for reason, remedy in REMEDIES.items()]
    return "\n".join(["| reason | what to do |", "|---|---|", *rows]) + "\n"


def _told(thing: Any) -> str:
    documented = inspect.isclass(thing) or inspect.isfunction(thing)
    return (summary(thing) if documented else f"Data: {len(thing)} rows.").replace("|", "\\|")


def main() -> None:
    """Write the tables into the README, each between its two markers."""
    text = README.read_text(encoding="utf-8")
    text = REASONS.sub(lambda _: reasons(), TABLE.sub(lambda _: table(), text))
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
