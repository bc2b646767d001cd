"""Rules out of folders: every document of every YAML file becomes a rule, run or refused."""

import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from workbench.detections.reading.documents import MOST_BYTES, Refused, documents
from workbench.detections.reading.model import Rule
from workbench.detections.reading.parsing import rule_of
from workbench.detections.reading.patterns import is_pattern_file, pattern_rules
from workbench.detections.reading.selections import Placeholders
from workbench.errors import ParameterError
from workbench.evidence.files import path_to_text

BUILT_IN = Path(__file__).parents[1] / "rules"
_SUFFIXES = (".yml", ".yaml")


def load_rules(*folders: str | os.PathLike[str]) -> list[Rule]:
    r"""Return the rules of some folders, those that cannot run included.

    Parameters
    ----------
    folders
        Folders, searched to the bottom for `*.yml` and `*.yaml`, or single files; without any, the built-in
        rules. A document that has only `placeholders` gives values for `|expand` to all of them. Patterns of
        CloudWatch metric filters and of EventBridge are rules too: a file `*.pattern` with one, a JSON file
        that is an event pattern, or one as `aws logs describe-metric-filters`, `aws events list-rules` or
        `aws events describe-rule` prints it.

    Returns
    -------
    list of Rule
        By file and place. `refused` says why a rule cannot run, `lint` what its author may want to see.

    Raises
    ------
    ParameterError
        There is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.yml").write_text("title: A\ndetection: {a: {eventNam: X}, condition: a}")
    >>> [(rule.title, rule.refused) for rule in load_rules(folder)]
    [('A', 'unknown field eventNam')]

    References
    ----------
    https://sigmahq.io/sigma-specification/specification/sigma-rules-specification.html
    """
    return _rules_of(folders) if folders else list(_built_in(BUILT_IN))


@cache
def _built_in(folder: Path) -> tuple[Rule, ...]:
    """Read the rules that come with the workbench, once: they change no more than the code."""
    return tuple(_rules_of((folder,)))


def _rules_of(folders: Sequence[str | os.PathLike[str]]) -> list[Rule]:
    found = [path for folder in folders for path in _files(Path(folder))]
    files = list({os.path.realpath(path): path for path in found}.values())
    read = [(path, document) for path in files for document in _documents(path)]
    placeholders = _placeholders([document for _, document in read])
    return [
        document if isinstance(document, Rule) else _rule(document, path, placeholders)
        for path, document in read
        if not _only_placeholders(document)
    ]


def _rule(document: Any, path: Path, placeholders: Placeholders) -> Rule:
    path = Path(path_to_text(path))
    if isinstance(document, Refused):
        return Rule(id=path.stem, title=path.stem, path=str(path), refused=str(document))
    return rule_of(document, path, placeholders)


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_file():
        yield folder
    elif folder.is_dir():
        yield from sorted(_below(folder)) or [folder]
    else:
        raise ParameterError(f"no rules in {folder}: there is no such folder. Name one with *.yml files")


def _below(top: Path) -> Iterator[Path]:
    """Give what may hold rules: files, and folders that cannot be gone through, or are links to elsewhere."""
    closed: list[OSError] = []
    for folder, folders, files in os.walk(top, onerror=closed.append):
        links = (path for name in folders if os.path.islink(path := Path(folder, name)))
        yield from (path for path in links if not path.resolve().is_relative_to(top.resolve()))
        yield from (path for name in files if _may_hold_rules(path := Path(folder, name)))
    yield from (Path(error.filename) for error in closed)


def _may_hold_rules(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES or (os.path.isfile(path) and is_pattern_file(path))


def _documents(path: Path) -> Iterator[Any]:
    """Give the documents of a file, and in place of what cannot be read, why."""
    try:
        if path.is_dir():
            os.listdir(path)  # a closed one says why
            if path.is_symlink():
                raise Refused("a link to a folder elsewhere. Name that folder")
            raise Refused("no file of rules in this folder")
        if path.exists() and not path.is_file():
            raise Refused("a pipe or a device, no file")
        if path.stat().st_size > MOST_BYTES:
            raise Refused(f"a file of more than {MOST_BYTES:,} bytes")
        if path.suffix.lower() not in _SUFFIXES and is_pattern_file(path):
            yield from pattern_rules(path, path_to_text(path))
            return
        text = path.read_text(encoding="utf-8-sig")
        is_empty = True
        for document in documents(text):
            if document is not None:
                is_empty = False
                yield document
        if is_empty:
            raise Refused("no rule in this file")
    except Refused as reason:
        yield reason
    except UnicodeDecodeError:
        yield Refused("not UTF-8 text")
    except OSError as error:
        yield Refused(f"cannot be read: {error.strerror}")


def _only_placeholders(document: Any) -> bool:
    return isinstance(document, dict) and "placeholders" in document and "detection" not in document


def _placeholders(read: Sequence[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for document in read:
        known = document["placeholders"] if _only_placeholders(document) else None
        for name, values in known.items() if isinstance(known, dict) else ():
            entries = values if isinstance(values, list) else [values]
            found.setdefault(name, []).extend(str(entry) for entry in entries if isinstance(entry, str))
    return found
