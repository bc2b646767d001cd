"""`make tidy`: bring the notebooks into the form that git holds, after they were edited in JupyterLab.

No outputs, no counts, cell ids by position, metadata down to the kernel and the tags, sorted keys: so a diff
shows what somebody changed and nothing else. The tests refuse any other form.
"""

import json
from pathlib import Path
from typing import Any

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def tidy(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return the notebook without what a run leaves behind."""
    cells = [_tidy_cell(cell, f"c{place:02d}") for place, cell in enumerate(notebook["cells"], start=1)]
    return {"cells": cells, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}


def _tidy_cell(cell: dict[str, Any], name: str) -> dict[str, Any]:
    tags = cell.get("metadata", {}).get("tags")
    source = "".join(cell["source"]).strip("\n")
    tidied = {
        "cell_type": cell["cell_type"],
        "id": name,
        "metadata": {"tags": tags} if tags else {},
        "source": source.splitlines(keepends=True),
    }
    return tidied | ({"execution_count": None, "outputs": []} if cell["cell_type"] == "code" else {})


def as_text(notebook: dict[str, Any]) -> str:
    """Return the one spelling of a notebook file."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def source_of(path: Path) -> str:
    """Give the Python of a module, or of all code cells of a notebook."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    code = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    python = "\n".join(cell for cell in code if not cell.startswith("%%"))  # a cell magic's body is SQL
    return "\n".join(line for line in python.splitlines() if not line.startswith("%"))


def main() -> None:
    """Tidy every notebook of the project in place."""
    for path in sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb")):
        path.write_text(as_text(tidy(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")


if __name__ == "__main__":
    main()
