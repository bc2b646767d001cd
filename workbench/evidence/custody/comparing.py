"""Whether the evidence is what was loaded: by size and time, or by its hashes."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from workbench.evidence.archives import archive_members
from workbench.evidence.custody.manifest import File, Manifest, Row, members_of
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.files import FoundFile, find_files, path_from_text, path_to_text
from workbench.evidence.opening import PIECE, opened
from workbench.evidence.reading import read_file

_BOUND = (1 << 63) - 1  # sizes and times are noted no larger: see `bounded` of the loader


@dataclass(frozen=True)
class Changes:
    """What became of the evidence since it was loaded; each file of the manifest is in one class.

    Parameters
    ----------
    full
        Whether hashes were compared; else sizes and times.
    files
        How many files the evidence had; those that are `replaced` are not among them.
    unchanged
        How many are what was loaded.
    changed
        `{"path", "what"}`: `size` or `time`; with `full` `content`, or `compression` where the content is
        the same and only its compression another; `kind` where there is no plain file now.
    gone, new
        Paths of files that are no longer there, and of files that were not there.
    unreadable
        `{"path", "detail"}` of files of which it cannot be told.
    absent
        Evidence that is not here at all, so that nothing of it can be compared: moved, or on another machine.
    absent_files
        How many files belong to it.
    replaced
        Paths that held other content when an earlier load read them; its events are in the case.
    unhashed
        With `full`: how many had no hash to compare, since they could not be read when they were loaded;
        their size and time are compared.
    """

    full: bool
    files: int = 0
    unchanged: int = 0
    changed: list[Row] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    unreadable: list[Row] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    absent_files: int = 0
    replaced: list[str] = field(default_factory=list)
    unhashed: int = 0

    @property
    def is_as_loaded(self) -> bool:
        """Whether all evidence is here, and is what was loaded, and nothing else."""
        lists = (self.changed, self.gone, self.new, self.unreadable, self.absent, self.replaced)
        return not any(lists)


def compare(manifest: Manifest, *, full: bool = False) -> Changes:
    """Compare the evidence as it lies there now with the manifest of a case.

    Parameters
    ----------
    manifest
        What was loaded.
    full
        Hash every file; a file that was touched and has its content is unchanged then.

    Examples
    --------
    >>> import tempfile
    >>> from tests.evidence.custody.cases import manifest_of
    >>> folder = tempfile.mkdtemp()
    >>> _ = open(f"{folder}/a.json", "w").write("[]")
    >>> manifest = manifest_of(folder)
    >>> _ = open(f"{folder}/a.json", "a").write(" ")
    >>> compare(manifest).changed
    [{'path': 'a.json', 'what': 'size'}]
    """
    return _Comparison(manifest, full).run()


class _Comparison:
    """The files there are, and those there were."""

    def __init__(self, manifest: Manifest, full: bool) -> None:
        self._manifest, self._full = manifest, full
        self._members = members_of(manifest.files)
        self._found, self._absent = _evidence_now(manifest.evidence)
        self._locked = [path for path, one in self._found.items() if one.fault and _is_locked(one.fault)]
        self._states: dict[str, str] = {}
        self._details: dict[str, str] = {}

    def run(self) -> Changes:
        files = [file for file in self._manifest.files if not file.replaced]
        plain = [file for file in files if file.path not in self._members]
        for file, state in zip(plain, self._each(plain), strict=True):
            self._states[file.path] = state
        self._take_members(files)
        return self._sum_up(files)

    def _each(self, files: list[File]) -> Iterable[str]:
        """Hashing waits for the disk and lets go of the interpreter: two files at a time, and more."""
        if not self._full:
            return map(self._state, files)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(self._state, files))

    def _state(self, file: File) -> str:
        """Tell what became of one file: `unchanged`, what is another, `gone`, `absent` or `unreadable`."""
        path = self._manifest.path_of(file)
        found = self._found.get(path)
        if found is None:
            return self._why_not_there(path)
        if found.fault and _is_locked(found.fault) and file.sha256:
            return self._unreadable(file, found.fault)
        if found.fault and file.sha256:
            return "kind"
        if self._full and file.sha256:
            return self._by_hash(file, found, _hash_of)
        return _by_looks(file, found)

    def _why_not_there(self, path: str) -> str:
        if path in self._absent or _is_below(path, self._absent):
            return "absent"
        return "unreadable" if _is_below(path, self._locked) else "gone"

    def _unreadable(self, file: File, fault: EvidenceFault) -> str:
        self._details[file.path] = fault.detail
        return "unreadable"

    def _by_hash(self, file: File, found: FoundFile, hash_of: Callable[[FoundFile], str]) -> str:
        try:
            if hash_of(found) == file.sha256:
                return "unchanged"
            return "compression" if _content_of(found) == file.sha256_uncompressed else "content"
        except EvidenceFault as fault:
            fault.forget_stack()
            return self._unreadable(file, fault)

    def _take_members(self, files: list[File]) -> None:
        """A member is what it was as long as its archive is; of another archive, members are read."""
        rest: dict[str, list[File]] = {}
        for file in files:
            archive = self._members.get(file.path)
            if archive:
                state = self._states[archive]
                self._states[file.path] = state
                if self._full and state in ("content", "compression"):
                    rest.setdefault(archive, []).append(file)
        for archive, members in rest.items():
            self._read_members(archive, members)

    def _read_members(self, archive: str, files: list[File]) -> None:
        try:
            inside = archive_members(self._found[os.path.join(self._manifest.folder, archive)])
        except EvidenceFault:  # no archive any more: its members have changed with it
            return
        now = {member.text: member for member in inside}
        for file in files:
            found = now.get(self._manifest.path_of(file))
            if found is None:
                self._states[file.path] = "gone"
            elif file.sha256:
                self._states[file.path] = self._by_hash(file, found, lambda one: read_file(one).sha256)

    def _sum_up(self, files: list[File]) -> Changes:
        states = [(file.path, self._states[file.path]) for file in files]
        replaced = {file.path for file in self._manifest.files if file.replaced and file.events}
        inside = os.path.join(self._manifest.folder, "")
        return Changes(
            full=self._full,
            files=len(files),
            unchanged=sum(state == "unchanged" for _, state in states),
            changed=[{"path": path, "what": state} for path, state in states if state in _CHANGED],
            gone=[path for path, state in states if state == "gone"],
            new=sorted(path.removeprefix(inside) for path in self._new()),
            unreadable=[
                {"path": path, "detail": self._details.get(path, "what it lies in cannot be read")}
                for path, state in states
                if state == "unreadable"
            ],
            absent=self._absent,
            absent_files=sum(state == "absent" for _, state in states),
            replaced=sorted(replaced),
            unhashed=sum(self._full and file.sha256 is None for file in files),
        )

    def _new(self) -> Iterator[str]:
        known = {self._manifest.path_of(file) for file in self._manifest.files}
        for path in self._found:
            is_folder = path in self._locked and any(_is_below(one, [path]) for one in known)
            if path not in known and not is_folder:
                yield path


_CHANGED = frozenset({"size", "time", "content", "compression", "kind"})


def _evidence_now(evidence: Iterable[str]) -> tuple[Mapping[str, FoundFile], list[str]]:
    """List the files below what was loaded, by absolute path as text, and what is not here."""
    found: dict[str, FoundFile] = {}
    here: list[str] = []
    empty: list[str] = []
    for top in evidence:
        path = path_from_text(top)
        below = find_files(path) if os.path.lexists(path) else []
        found |= {path_to_text(one.absolute): one for one in below}
        (here if below else empty).append(top)  # where a disk was mounted, there is a folder, and it is empty
    return found, [top for top in empty if not _is_beside(top, here)]


def _is_beside(top: str, here: Iterable[str]) -> bool:
    """Tell whether other evidence lies around it: then it was taken away, and not just moved with all."""
    around = os.path.dirname(top)
    return any(os.path.dirname(other) == around or _is_below(top, [other]) for other in here)


def _is_below(path: str, tops: Iterable[str]) -> bool:
    return path.startswith(tuple(os.path.join(top, "") for top in tops))


def _is_locked(fault: EvidenceFault) -> bool:
    return fault.reason == "unreadable"


def _by_looks(file: File, found: FoundFile) -> str:
    if min(found.size, _BOUND) != file.size:
        return "size"
    return "unchanged" if max(-_BOUND - 1, min(found.mtime, _BOUND)) == file.mtime_ns else "time"


def _hash_of(found: FoundFile) -> str:
    """Hash the bytes on disk; that they are the same makes what is inside the same."""
    hashed = hashlib.sha256()
    with opened(found) as file:
        while piece := file.read(PIECE):
            hashed.update(piece)
    return hashed.hexdigest()


def _content_of(found: FoundFile) -> str | None:
    """Hash what is inside; None where it cannot be read as a whole, which is another content."""
    try:
        return read_file(found).sha256_uncompressed
    except EvidenceFault as fault:
        fault.forget_stack()
        return None
