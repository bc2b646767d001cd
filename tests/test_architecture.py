"""The folder names tell the truth: imports point upstream only, and rooms keep to their own libraries."""

import ast
from pathlib import Path

import pytest

from tests.tidy_notebooks import source_of

ROOMS = [
    "version", "errors", "evidence", "events", "queries", "detections", "graphs", "charts", "briefing", "cli",
]  # fmt: skip
UPSTREAM = {room: set(ROOMS[:place]) for place, room in enumerate(ROOMS)} | {"simulation": {"errors"}}
del UPSTREAM["cli"]  # the front may call every room
NEVER = {
    "evidence": {"ibis", "duckdb", "pandas", "pyarrow", "altair", "networkx"},
    "events": {"altair", "networkx"},
    "queries": {"altair", "networkx"},
    "detections": {"altair", "networkx", "requests", "urllib", "socket", "smtplib"},
    "graphs": {"altair"},
    "simulation": {"ibis", "duckdb", "pandas", "pyarrow", "altair", "networkx"},
}
OPENS_NOTHING = {"urllib.parse"}  # it reads text
STRUCTS = ("userIdentity", "sessionIssuer", "tlsDetails", "eventContext")
METHODS_OF_IBIS_VALUES = {"type", "name", "hash", "cast", "op", "names", "types", "fields", "lift"}


def modules(root: Path) -> list[Path]:
    return sorted((root / "workbench").rglob("*.py"))


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "workbench":
            found |= {f"workbench.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write absolute imports"
            found.add(node.module or "")
    return found


def room_of(path: Path, root: Path) -> str:
    return path.relative_to(root / "workbench").parts[0].removesuffix(".py")


DETECTIONS = ["reading", "matching", "counting", "judging", "outside"]


@pytest.mark.parametrize("room", DETECTIONS)
def test_imports_of_detections_point_to_what_comes_before(root: Path, room: str) -> None:
    folder = root / "workbench" / "detections" / room
    named = {name for path in folder.glob("*.py") for name in imports(path)}
    found = {name.split(".")[2] for name in named if name.startswith("workbench.detections.")}
    assert found <= set(DETECTIONS[: DETECTIONS.index(room) + 1])


def test_imports_point_upstream(root: Path) -> None:
    wrong = []
    for path in modules(root):
        room = room_of(path, root)
        if room not in UPSTREAM:
            continue
        rooms = {name.split(".")[1] for name in imports(path) if name.startswith("workbench.")}
        foreign = rooms - UPSTREAM[room] - {room}
        wrong += [f"{path.relative_to(root)} imports {other}" for other in foreign]
    assert not wrong


def test_rooms_keep_to_their_libraries(root: Path) -> None:
    wrong = [
        f"{path.relative_to(root)} imports {name}"
        for path in modules(root)
        for name in imports(path) - OPENS_NOTHING
        if name.split(".")[0] in NEVER.get(room_of(path, root), set())
    ]
    assert not wrong


def test_every_folder_is_a_known_room(root: Path) -> None:
    folders = {room_of(path, root) for path in (root / "workbench").rglob("*/*.py")}
    assert folders <= {*ROOMS, "simulation"}


ROOMS_OF_MANY = [
    "detections",
    "detections/judging",
    "detections/counting",
    "detections/matching",
    "detections/outside",
    "detections/rates",
    "detections/reading",
    "evidence",
    "evidence/digests",
    "evidence/shapes",
    "events",
    "events/batches",
    "events/intake",
    "events/rows",
    "queries/catalogue",
]


@pytest.mark.parametrize("room", ROOMS_OF_MANY)
def test_a_room_tells_what_each_module_is_for(root: Path, room: str) -> None:
    folder = root / "workbench" / room
    told = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    inside = {path.stem for path in folder.glob("[a-z]*") if path.suffix in ("", ".py")}
    assert not [name for name in sorted(inside) if f"`{name}`" not in told]


def attribute_chains(source: str) -> set[str]:
    return {ast.unparse(n) for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Attribute)}


def struct_attribute_reads(source: str) -> list[str]:
    """Attribute reads of a struct column that Ibis answers with a method: they filter nothing, silently."""
    return sorted(
        chain
        for chain in attribute_chains(source)
        if chain.split(".")[-1] in METHODS_OF_IBIS_VALUES
        and any(part in STRUCTS for part in chain.split(".")[:-1])
    )


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("t.userIdentity.type == 'Root'", ["t.userIdentity.type"]),
        ("t.userIdentity['type'] == 'Root'", []),
        ("t.userIdentity.arn", []),
        ("alias.name", []),
    ],
)
def test_the_struct_lint_sees_the_trap(source: str, found: list[str]) -> None:
    assert struct_attribute_reads(source) == found


def test_no_struct_field_is_read_as_a_method(root: Path) -> None:
    wrong = [
        f"{path.relative_to(root)}: {chain}"
        for path in [*modules(root), *sorted((root / "notebooks").glob("*.ipynb"))]
        for chain in struct_attribute_reads(source_of(path))
    ]
    assert not wrong


def test_no_module_outgrows_its_room(root: Path) -> None:
    assert not [str(path) for path in modules(root) if path.stat().st_size > 20_000]
