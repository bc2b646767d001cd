"""Rules asked of readable events: what hits, by label."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.builders import event, table
from workbench.detections import Rule, examine, load_rules


def rules(folder: Path, documents: Mapping[str, Any]) -> list[Rule]:
    """Write rules as files, by id, and load them; a list is a file of several documents."""
    for name, document in documents.items():
        parts = document if isinstance(document, list) else [document]
        text = "\n---\n".join(json.dumps(part) for part in parts)  # YAML takes JSON
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return load_rules(folder)


def no_rules(folder: Path) -> Path:
    """Make a folder that holds no rule, and nothing that would be refused."""
    folder.mkdir()
    (folder / "values.yml").write_text("placeholders: {a: [b]}", encoding="utf-8")
    return folder


def rule(detection: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a rule of one detection; without a condition, the selection `s`."""
    return {"detection": {"condition": "s"} | dict(detection)} | fields


def labelled(**events: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return events whose ids are their labels."""
    return {label: event(**({"eventID": label} | dict(fields))) for label, fields in events.items()}


def hits(events: Mapping[str, Any], known: Sequence[Rule]) -> dict[str, set[str]]:
    """Run rules over events; return the labels that each rule hits."""
    outcome = examine(table(*events.values()), known)
    found: dict[str, set[str]] = {run.rule_id: set() for run in outcome.rules if run.status == "ran"}
    for row in outcome.hits.select("rule_id", "eventID").to_pyarrow().to_pylist():
        found[row["rule_id"]].add(row["eventID"])
    return found
