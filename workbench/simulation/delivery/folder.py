"""The folder a sample is written into: empty, or an earlier sample, and nothing else is ever touched."""

import json
import os
import re
from pathlib import Path

from workbench.errors import ParameterError
from workbench.simulation.organization import ORGANIZATION_ID

MARK = "organization.json"
FORMAT = "workbench-sample/1"

# Every file of a sample has one of these names; the last is all that lies below AWSLogs and config.
_OURS = re.compile(
    rf"(organization|truth)\.json|(meta|truth-events)\.jsonl|public-keys-[a-z0-9-]+\.json|"
    rf"(config/)?AWSLogs/({ORGANIZATION_ID}/)?\d{{12}}/(CloudTrail|CloudTrail-[A-Z][a-z]+|Config)/[^\n]+\.json\.gz"
)


def prepare(folder: Path) -> None:
    """Make `folder`, or empty it if all that it holds is an earlier sample.

    Raises
    ------
    ParameterError
        It is no folder, or holds anything else.
    """
    if folder.exists() and not folder.is_dir():
        raise ParameterError(f"{folder} is a file. Name a new folder for the sample.")
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(_files(folder))
    foreign = [
        path
        for path in found
        if not _OURS.fullmatch(path.relative_to(folder).as_posix()) or path.is_symlink()
    ]
    if foreign or (found and not _is_sample(folder)):
        stranger = (foreign or found)[0].relative_to(folder)
        raise ParameterError(
            f"{folder} holds {stranger}, which is not of an earlier sample; nothing was changed. "
            "Name a new folder."
        )
    for path in found:
        path.unlink()
    _remove_empty(folder)


def _files(folder: Path) -> list[Path]:
    return [Path(base, name) for base, folders, names in os.walk(folder)
            for name in [*names, *(entry for entry in folders if Path(base, entry).is_symlink())]]


def _is_sample(folder: Path) -> bool:
    try:
        text = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(text, dict) and text.get("format") == FORMAT


def _remove_empty(folder: Path) -> None:
    for base, folders, _ in os.walk(folder, topdown=False):
        for name in folders:
            path = Path(base, name)
            if not any(path.iterdir()):
                path.rmdir()
