"""What the manifest of an acquisition says of the files that lie beside it."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from workbench.errors import EvidenceError
from workbench.evidence.archives import find_again
from workbench.evidence.custody.manifest import SCHEMA, File, Row
from workbench.evidence.files import path_from_text, path_to_text
from workbench.evidence.reading import read_file


class _Object(msgspec.Struct):
    """One object that was acquired."""

    path: str
    sha256: str
    bucket: str | None = None
    key: str | None = None
    version_id: str | None = None
    etag: str | None = None
    last_modified: str | None = None


class _Manifest(msgspec.Struct):
    """What an acquisition wrote down; `evidence` is what only the manifest of a case has."""

    schema: str
    acquired: Row
    sources: list[Row]
    root_sha256: str
    files: list[_Object]
    complete: bool | None = None
    evidence: Any = None


@dataclass
class Acquired:
    """What is known of the acquisition of some evidence.

    Parameters
    ----------
    acquisitions
        `{"manifest", "sha256", "root_sha256", "files", "complete", "acquired", "sources"}` of each manifest.
    unreadable
        Paths of manifests that cannot be read as what an acquisition writes, with the reason.
    """

    acquisitions: list[Row] = field(default_factory=list)
    unreadable: list[Row] = field(default_factory=list)
    _objects: dict[str, _Object] = field(default_factory=dict)

    def take_over(self, files: Iterable[File]) -> list[Row]:
        """Give files what is known of their objects; return those that are not what was acquired.

        The facts of an object are taken over only where the hash agrees. `sha256` is None for a file that
        was acquired and was not there, or not readable, when it was loaded.
        """
        left, differing = dict(self._objects), []
        for file in files:
            one = None if file.replaced else left.pop(file.path, None)
            if one is None:
                continue
            if one.sha256 != file.sha256:
                differing.append(_differs(one, file.path, file.sha256))
                continue
            file.bucket, file.key, file.version_id = one.bucket, one.key, one.version_id
            file.etag, file.last_modified = one.etag, one.last_modified
        return differing + [_differs(one, path, None) for path, one in left.items()]

    @property
    def by(self) -> Row | None:
        """Who acquired, where that is one; None where nobody did or several did."""
        return self.acquisitions[0]["acquired"] if len(self.acquisitions) == 1 else None

    @property
    def sources(self) -> list[Row]:
        """From where, of all acquisitions."""
        return [source for one in self.acquisitions for source in one["sources"]]


def _differs(one: _Object, path: str, now: str | None) -> Row:
    return {"path": path, "acquired_sha256": one.sha256, "sha256": now}


def acquired_facts(manifests: Iterable[tuple[str, str | None]]) -> Acquired:
    """Read the manifests of acquisitions.

    Parameters
    ----------
    manifests
        Absolute path, as text, and SHA-256 of each file that was recognised as one when it was loaded.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> said = {"schema": SCHEMA, "acquired": {"by": "kim"}, "sources": [], "root_sha256": "", "files": []}
    >>> _ = (folder / "manifest.json").write_text(json.dumps(said))
    >>> acquired_facts([(str(folder / "manifest.json"), None)]).by
    {'by': 'kim'}
    """
    found = Acquired()
    for path, sha256 in manifests:
        try:
            delivered = read_file(find_again(path_from_text(path)))
            if sha256 not in (None, delivered.sha256):
                raise EvidenceError("it is no longer what was loaded")
            said = _read(b"".join(delivered.pieces()))
        except EvidenceError as problem:
            found.unreadable.append({"path": path, "detail": str(problem)})
            continue
        beside = os.path.dirname(path)
        found._objects |= {os.path.join(beside, path_to_text(one.path)): one for one in said.files}
        found.acquisitions.append(_summary(path, delivered.sha256, said))
    return found


def _read(text: bytes) -> _Manifest:
    try:
        said = msgspec.json.decode(text, type=_Manifest)
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"not what an acquisition writes: {error}") from error
    if said.evidence is not None:
        raise EvidenceError("it is the manifest of a case")
    if said.schema != SCHEMA:
        raise EvidenceError(f"its schema is {said.schema}, known is {SCHEMA}")
    return said


def _summary(path: str, sha256: str, said: _Manifest) -> dict[str, Any]:
    return {
        "manifest": path,
        "sha256": sha256,
        "root_sha256": said.root_sha256,
        "files": len(said.files),
        "complete": said.complete,
        "acquired": said.acquired,
        "sources": said.sources,
    }
