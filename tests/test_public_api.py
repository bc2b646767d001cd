"""The face is small, and every name on it is annotated, documented, and in the README's table."""

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.interface import REASONS, TABLE, exported, reasons, summary, table

EXPORTED = exported()
OPEN = {"queries.catalogue.run"}  # each ready query has parameters of its own; unknown ones are refused
each_name = pytest.mark.parametrize("name", EXPORTED)


def test_the_face_is_small() -> None:
    assert len(wb.__all__) < 25
    assert sorted(wb.__all__) == wb.__all__


@each_name
def test_exported_name_is_documented(name: str) -> None:
    thing = EXPORTED[name]
    if not callable(thing):
        pytest.skip("data: documented where it stands")
    assert summary(thing).endswith(".")
    first_line = (inspect.getdoc(thing) or "").split("\n")[0]
    assert summary(thing) == first_line, "the summary is one line"


@each_name
def test_exported_function_is_annotated(name: str) -> None:
    thing = EXPORTED[name]
    if not inspect.isfunction(thing):
        pytest.skip("a class or data: annotated where it stands")
    signature = inspect.signature(thing)
    assert not [p.name for p in signature.parameters.values() if p.annotation is p.empty]
    assert signature.return_annotation is not signature.empty
    assert name in OPEN or all(p.kind is not p.VAR_KEYWORD for p in signature.parameters.values())


@pytest.mark.parametrize(("place", "made"), [(TABLE, table), (REASONS, reasons)])
def test_the_readme_tells_the_whole_interface(root: Path, place: Any, made: Any) -> None:
    found = place.search((root / "README.md").read_text(encoding="utf-8"))
    assert found is not None
    assert found[0] == made(), "run `make interface`"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = wb.nonsense


def test_events_stays_a_function_whatever_is_imported_later() -> None:
    script = (
        "import pkgutil, sys, workbench as wb; from importlib import import_module;"
        "room = sys.modules['workbench.events'].__path__;"
        "[import_module(f'workbench.events.{m.name}') for m in pkgutil.iter_modules(room)];"
        "assert wb.events.__name__ == 'events' and callable(wb.events)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_importing_the_face_loads_no_engine() -> None:
    engines = {"ibis", "duckdb", "pandas", "pyarrow", "altair"}
    script = f"import sys, workbench, workbench.cli; print({engines} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "set()"
