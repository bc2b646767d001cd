"""The face is small, and every name on it is annotated, documented, and in the README's table."""

import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import workbench as wb

MODULES = ["briefing", "charts", "graphs", "queries", "simulation"]


def functions_of(module: ModuleType) -> list[str]:
    room = module.__name__.removeprefix("workbench.")
    return [f"{room}.{name}" for name in module.__all__ if callable(getattr(module, name))]


def resolve(dotted: str) -> object:
    found: object = wb
    for part in dotted.split("."):
        found = getattr(found, part)
    return found


EXPORTED = [name for name in wb.__all__ if name not in MODULES]
EXPORTED += [name for module in MODULES for name in functions_of(getattr(wb, module))]


def test_the_face_is_small() -> None:
    assert len(wb.__all__) < 25
    assert sorted(wb.__all__) == wb.__all__


@pytest.mark.parametrize("name", EXPORTED)
def test_exported_name_is_documented(name: str) -> None:
    documentation = inspect.getdoc(resolve(name)) or ""
    summary = documentation.split("\n\n")[0]
    assert summary.rstrip().endswith(".")
    assert "\n" not in summary.strip(), "the summary is one line"


@pytest.mark.parametrize("name", EXPORTED)
def test_exported_function_is_annotated(name: str) -> None:
    thing = resolve(name)
    if not inspect.isfunction(thing):
        pytest.skip("a class or an exception: its fields are annotated where they stand")
    signature = inspect.signature(thing)
    bare = [p.name for p in signature.parameters.values() if p.annotation is p.empty]
    assert not bare
    assert signature.return_annotation is not signature.empty
    assert all(p.kind is not p.VAR_KEYWORD for p in signature.parameters.values())


@pytest.mark.parametrize("name", EXPORTED)
def test_exported_name_stands_in_the_readme(name: str, root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert f"`{name}" in readme or f"`wb.{name}" in readme


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = wb.nonsense


def test_events_stays_a_function_whatever_is_imported_later() -> None:
    script = "import workbench as wb, workbench.events.load, workbench.events.case; assert wb.events.__call__"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_importing_the_face_loads_no_engine() -> None:
    engines = {"ibis", "duckdb", "pandas", "pyarrow", "altair"}
    script = f"import sys, workbench, workbench.cli; print({engines} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "set()"
