"""The evidence folder of an acquisition: private, locked while it is written, never written outside of."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import EvidenceError
from workbench.evidence.acquisition.journal import Held, Journal
from workbench.evidence.acquisition.places import same_case

PARTIAL = ".partial"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Folder:
    """An evidence folder that is open for one acquisition.

    `fold` gives a path as the folder's file system compares it.
    """

    path: Path
    journal: Journal
    fold: Callable[[str], str]

    @property
    def partial(self) -> Path:
        """Where files lie until they are complete; removed in the end."""
        return self.path / PARTIAL

    def put(self, temporary: str, relative: str) -> None:
        """Move a complete file to its place.

        Raises
        ------
        EvidenceError
            A link leads out of the folder.
        """
        target = self.path / relative
        if not target.parent.resolve().is_relative_to(self.path.resolve()):
            raise EvidenceError(
                f"a link leads out of {self.path}: {target.parent}. Acquire into a new folder"
            )
        _make_folders(target.parent)
        os.replace(temporary, target)

    def write(self, relative: str, content: Iterable[bytes]) -> None:
        """Write a file as a whole or not at all."""
        handle, temporary = tempfile.mkstemp(dir=self.partial)
        with os.fdopen(handle, "wb") as out:
            out.writelines(content)
            out.flush()
            os.fsync(out.fileno())
        self.put(temporary, relative)

    def sha256(self, relative: str) -> str | None:
        """Hash one file of the folder; None when it is no plain file."""
        target = self.path / relative
        if target.is_symlink() or not target.is_file():
            return None
        with target.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def keeps(self, held: Held) -> bool:
        """Tell whether the file of an object is what it was when it arrived: its size, then its hash."""
        path = self.path / held.path
        return path.is_file() and path.stat().st_size == held.size and self.sha256(held.path) == held.sha256

    def check_room(self, needed: int) -> None:
        """See to it that so many bytes have room.

        Raises
        ------
        EvidenceError
            They have not; nothing was fetched.
        """
        free = shutil.disk_usage(self.path).free
        if needed > free:
            raise EvidenceError(
                f"no room in {self.path}: {needed:,} bytes are to come, {free:,} are free. Make room, or name"
                " a folder on another disk"
            )


def check_folder(path: Path) -> None:
    """Refuse a place that is neither new, nor empty, nor of an earlier acquisition.

    Raises
    ------
    EvidenceError
        It holds something else; evidence is never written into.

    Examples
    --------
    >>> check_folder(Path(__file__).parent)
    Traceback (most recent call last):
        ...
    workbench.errors.EvidenceError: .../acquisition holds something else. Name a new or an empty folder...
    """
    if not os.path.lexists(path):
        return
    if not path.is_dir():
        raise EvidenceError(f"{path} is no folder. Name a new or an empty one")
    names = set(os.listdir(path)) - {PARTIAL}
    if names and (MANIFEST not in names or "case.duckdb" in names):
        raise EvidenceError(
            f"{path} holds something else. Name a new or an empty folder, or that of an earlier acquisition"
        )


@contextmanager
def open_folder(path: Path) -> Iterator[Folder]:
    """Make or open an evidence folder for one acquisition, and keep others out.

    Raises
    ------
    EvidenceError
        Another acquisition writes to it, or it cannot be written.
    """
    with on_disk(path):
        _make_folders(path)
        handle = os.open(path, os.O_RDONLY)
        try:
            with _locked(path, handle):
                yield from _opened(path)
        finally:
            os.close(handle)


def _opened(path: Path) -> Iterator[Folder]:
    partial = path / PARTIAL
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    journal = Journal(path)
    try:
        yield Folder(path, journal, same_case if _ignores_case(partial) else str)
    finally:
        journal.close()
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _locked(path: Path, handle: int) -> Iterator[None]:
    """Hold the folder; the lock ends with the process, however that ends."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise EvidenceError(f"another acquisition writes to {path}. Wait until it is done") from error
    yield


@contextmanager
def on_disk(path: Path) -> Iterator[None]:
    """Turn an error of the disk into one that says fact, place and remedy.

    Raises
    ------
    EvidenceError
        The disk is full, or the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise EvidenceError(
            f"cannot write {error.filename or path}: {error.strerror or error}. Mend the cause, then run the"
            " same command again: what is there already is kept"
        ) from error


def _make_folders(path: Path) -> None:
    """Make a folder and those above it for their owner only."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        with suppress(FileExistsError):  # another thread was quicker
            folder.mkdir(mode=0o700)


def _ignores_case(folder: Path) -> bool:
    (folder / "case").touch()
    return (folder / "CASE").exists()
