"""Canaries: what breaks silently when a pinned library moves on, and lists that must stay equal."""

import re
import tomllib
from pathlib import Path

import duckdb
import ibis
import pandas as pd
import pytest
from packaging.requirements import Requirement
from packaging.version import Version

CONDA_NAME = {"duckdb": "python-duckdb", "isal": "python-isal", "jupyter-client": "jupyter_client"}
BUILD = {"hatchling", "editables"}


@pytest.fixture(scope="module")
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def locked_versions(root: Path) -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = {}
    lock = (root / "requirements.lock").read_text()
    for name, version in re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", lock, re.M):
        found.setdefault(name.lower(), []).append(Version(version))
    return found


def test_ibis_and_duckdb_understand_each_other(tmp_path: Path) -> None:
    con = ibis.duckdb.connect(tmp_path / "canary.duckdb")
    con.create_table("t", pd.DataFrame({"n": [1, 2]}))
    con.create_table("t", pd.DataFrame({"n": [1, 2, 3]}), overwrite=True)
    assert con.list_tables() == ["t"]
    assert con.sql("SELECT sum(n) AS total FROM t").to_pyarrow().to_pydict() == {"total": [6]}
    con.drop_table("t")
    assert con.list_tables() == []


def test_a_struct_field_named_type_must_be_subscripted() -> None:
    table = ibis.memtable({"userIdentity": [{"type": "Root"}]})
    assert table.filter(table.userIdentity["type"] == "Root").count().execute() == 1
    assert callable(table.userIdentity.type), "ibis no longer shadows .type: the lint of struct fields can go"


def test_timestamptz_is_fetched_as_utc() -> None:
    con = duckdb.connect()
    con.execute("SET TimeZone='UTC'")
    (value,) = con.execute("SELECT TIMESTAMPTZ '2026-03-01 10:00:00+02'").fetchone()
    assert value.isoformat() == "2026-03-01T08:00:00+00:00"


def test_every_locked_version_is_within_its_bound(root: Path, project: dict) -> None:
    locked = locked_versions(root)
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["aws"] + extras["geo"] + extras["test"]
    for requirement in map(Requirement, wanted):
        versions = locked[requirement.name.lower()]
        assert all(requirement.specifier.contains(v) for v in versions), requirement


def test_every_locked_file_has_a_hash(root: Path) -> None:
    blocks = re.split(r"^(?=\S)", (root / "requirements.lock").read_text(), flags=re.M)
    unhashed = [block for block in blocks if "==" in block and "--hash=sha256:" not in block]
    assert not unhashed


def test_conda_names_the_same_packages_with_the_same_bounds(root: Path, project: dict) -> None:
    environment = (root / "environment.yml").read_text().split("dependencies:")[1]
    listed = re.findall(r"^  - ([\w-]+) ?(.*)$", environment, re.M)
    conda = {name: bound.strip() for name, bound in listed if name not in {"python", "pip", *BUILD}}
    pip = {}
    for text in project["dependencies"] + project["optional-dependencies"]["aws"]:
        requirement = Requirement(text)
        name = CONDA_NAME.get(requirement.name, requirement.name)
        pip[name] = ",".join(sorted(str(requirement.specifier).split(","), reverse=True)).removeprefix("==")
    assert {n: ",".join(sorted(b.split(","), reverse=True)) for n, b in conda.items()} == pip
