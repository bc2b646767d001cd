"""Where the object of a bucket and key lies below the root, and which files below it are digests and logs.

Buckets and keys come from files that an attacker may have written: nothing outside the root is ever opened,
and nothing that a symbolic link stands before.
"""

import errno
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.errors import EvidenceError, ParameterError
from workbench.evidence.files import path_to_text

_REGION = r"[a-z]{2,4}(?:-[a-z]+)+-\d+"
_ACCOUNT = r"(?:o-[a-z0-9]+/)?\d{12}"
_TREE = re.compile(
    rf"(?:.*/)?AWSLogs/{_ACCOUNT}/(?:(?P<digests>CloudTrail-Digest)/|CloudTrail/{_REGION}/\d{{4}}/\d\d/\d\d/)",
    re.DOTALL,
)
_DIGEST_NAME = re.compile(rf"\d{{12}}_CloudTrail-Digest_{_REGION}_", re.DOTALL)
_SPELLED = "~other"  # how an acquisition calls a folder whose file names spell keys
_NO_PATHS = "their keys are no paths, so their names spell them"
_ODD = ("//", "/.", "\0")
_BELOW_AWSLOGS = re.compile(r"(?:o-[a-z0-9]+|\d{12})(?:/|$)|$")

_FLAGS = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):  # a pipe must not hang; Windows must not translate
    _FLAGS |= getattr(os, _flag, 0)


_LONGEST = 4096  # characters of a path: no system opens a longer one


class Refused(Exception):  # noqa: N818 (a property of the evidence, not an error of ours)
    """A path that is not opened: it leads out of the root, or over a symbolic link."""


class Unreadable(Exception):  # noqa: N818 (the same)
    """A file that is there and cannot be read; the message says why."""


@dataclass
class Root:
    """An evidence folder: where keys begin, and where each bucket's objects lie below it.

    `path` and `top` are absolute; only what lies below `top` is judged for being there.
    """

    path: str
    top: str
    buckets: dict[str, str | None]
    _clear: dict[str, bool] = field(default_factory=dict)

    def place(self, bucket: str, key: str) -> str | None:
        """Give the path of an object below the root; None when bucket or key are refused."""
        if bucket not in self.buckets:
            self.buckets[bucket] = self._folder(bucket)
        folder = self.buckets[bucket]
        inside = key if _is_plain(key) else _ordinary(key)
        return None if folder is None or inside is None else folder + inside

    def _folder(self, bucket: str) -> str | None:
        if bucket and _ordinary(bucket) != bucket:
            return None
        return f"{bucket}/" if bucket and os.path.isdir(os.path.join(self.path, bucket)) else ""

    def inside(self, absolute: str) -> str | None:
        """Give the path below the root of an absolute path; None when it lies elsewhere."""
        start = self.path.rstrip(os.sep) + os.sep
        return absolute[len(start) :].replace(os.sep, "/") if absolute.startswith(start) else None

    def open(self, place: str) -> int:
        """Open a plain file below the root for reading; its file descriptor is the caller's to close.

        Raises
        ------
        Refused
            It is a symbolic link, or one stands on the way.
        FileNotFoundError
            It is not there.
        Unreadable
            Permission, an I/O error, or no plain file.
        """
        if len(place) > _LONGEST:
            raise Unreadable("File name too long")
        if not self._is_clear(place.rpartition("/")[0]):
            raise Refused("a symbolic link stands on the way; links are never followed")
        try:
            file = os.open(f"{self.path}/{place}", _FLAGS)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise FileNotFoundError(place) from error
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK):
                raise Refused("a symbolic link; links are never followed") from error
            raise Unreadable(error.strerror or str(error)) from error
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise Unreadable("no plain file, not read")
        return file

    def _is_clear(self, folder: str) -> bool:
        """Tell whether no link stands between the root and what lies in a folder."""
        if folder not in self._clear:
            self._clear[folder] = all(self._is_no_link(way) for way in _ways(folder))
        return self._clear[folder]

    def _is_no_link(self, way: str) -> bool:
        return self._clear.get(way) or not os.path.islink(f"{self.path}/{way}")

    def walk(self) -> "Tree":
        """List the digests and logs below `top`; links to folders are not walked."""
        tree = Tree()
        start = self.inside(self.top) or ""
        self._clear.update(dict.fromkeys(_ways(start), True))
        folders = [start]
        while folders:
            folder = folders.pop()
            self._clear[folder] = True
            try:
                with os.scandir(f"{self.path}/{folder}") as entries:
                    folders += tree.take(folder, list(entries))
            except OSError as error:
                tree.not_judged.append(f"what lies in {path_to_text(folder) or '.'}: {error.strerror}")
        tree.digests.sort()
        tree.logs.sort()
        return tree


@dataclass
class Tree:
    """What was found: paths below the root, and what cannot be judged there."""

    digests: list[str] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    not_judged: list[str] = field(default_factory=list)

    def take(self, folder: str, entries: list[os.DirEntry[str]]) -> list[str]:
        """Sort the files of a folder into digests and logs; return the folders in it."""
        start = f"{folder}/" if folder else ""
        kind = kind_of_folder(start)
        folders = []
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(start + entry.name)
                if entry.name.endswith(_SPELLED):
                    self.not_judged.append(f"objects in {path_to_text(start + entry.name)}: {_NO_PATHS}")
            elif kind == "log":
                self.logs.append(start + entry.name)
            elif kind == "digest" or _DIGEST_NAME.match(entry.name):
                self.digests.append(start + entry.name)
        return folders


def kind_of_folder(folder: str) -> str | None:
    """Tell what the files of a folder are: `log`, `digest`, or nothing that is judged.

    Examples
    --------
    >>> kind_of_folder("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/")
    'log'
    >>> kind_of_folder("AWSLogs/111122223333/CloudTrail/eu-west-1/") is None
    True
    """
    found = _TREE.match(folder)
    return None if not found else "digest" if found["digests"] else "log"


def find_root(path: str | os.PathLike[str], bucket_map: Mapping[str, str] | None = None) -> Root:
    """Find where keys begin: the folder itself, or what stands before `AWSLogs` in its path.

    Raises
    ------
    EvidenceError
        There is no such folder.
    ParameterError
        The bucket map names a folder that is none below the root.
    """
    top = os.path.abspath(path)
    if not os.path.isdir(top):
        raise EvidenceError(f"no such folder: {path}. Name the folder that holds the trail's files")
    parts = top.split(os.sep)
    after = [place for place, part in enumerate(parts) if part == "AWSLogs"]
    begins = [place for place in after if _BELOW_AWSLOGS.match("/".join(parts[place + 1 :]))]
    root = os.sep.join(parts[: begins[-1]]) or os.sep if begins else top
    return Root(root, top, {bucket: _mapped(bucket, to) for bucket, to in (bucket_map or {}).items()})


def _mapped(bucket: str, folder: str) -> str:
    inside = "" if folder == "." else _ordinary(folder)
    if not bucket or inside is None:
        raise ParameterError(
            f"bucket map {bucket}={folder}: not a bucket and a folder below the evidence. Write FROM=TO"
        )
    return f"{inside}/" if inside else ""


def _is_plain(key: str) -> bool:
    """Tell quickly that a key is a path as it stands; of few keys it cannot be told quickly."""
    return key.isascii() and key[:1] not in "/." and not any(odd in key for odd in _ODD) and key[-1] != "/"


def _ordinary(key: str) -> str | None:
    """Write an odd key as a path below the root; None when there is none."""
    parts = key.split("/")
    if key.startswith("/") or ".." in parts or "\0" in key:
        return None
    try:
        os.fsencode(key)
    except UnicodeEncodeError:
        return None
    return "/".join(part for part in parts if part not in ("", ".")) or None


def _ways(folder: str) -> list[str]:
    parts = folder.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
