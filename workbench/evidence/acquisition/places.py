"""Where an object lies in the evidence folder: under its key, or under a name that spells the key.

A key is any text of up to 1,024 bytes, and whoever may write to the bucket chooses it. Only a key that is an
ordinary relative path becomes one. Every other is spelled out in lower-case letters, digits and `%XX`, which
no file system reads as a way out and none that ignores case confuses.

References
----------
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from workbench.evidence.acquisition.listing import Listed

OTHER = "~other"  # no bucket name holds a tilde
FOLDER_MARK = "_$folder$"  # the loader knows it as the sign of an empty folder object
_NAME_CAP = 255
_PIECE = 200
_ODD = re.compile(r"[^a-z0-9._-]|\.(?![a-z0-9])")


def natural_path(bucket: str, key: str) -> str | None:
    """Give the path that is the key itself; None when the key is no ordinary relative path.

    Examples
    --------
    >>> natural_path("acme", "AWSLogs/a.json.gz")
    'acme/AWSLogs/a.json.gz'
    >>> [natural_path("acme", key) for key in ("../a", "/a", "a//b", "a/", "a/./b", "x" * 256)]
    [None, None, None, None, None, None]
    """
    ordinary = "\0" not in key and all(
        part not in ("", ".", "..") and len(part.encode()) <= _NAME_CAP for part in key.split("/")
    )
    return f"{bucket}/{key}" if ordinary else None


def other_path(bucket: str, item: Listed, *, version: bool = False) -> str:
    """Spell a key, and which version of it, as a path that is safe everywhere.

    A `~` at the end of a name says that the key goes on in the next.

    Examples
    --------
    >>> other_path("acme", Listed("../Etc/passwd", "e", 9, ""))
    'acme~other/%2e%2e%2f%45tc%2fpasswd'
    >>> other_path("acme", Listed("a/b.json", "e", 9, "", "Vn1", "older"), version=True)
    'acme~other/a%2fb.json~/version.%56n1'
    """
    empty_folder = item.key.endswith("/") and item.size == 0
    name = _spelled(item.key[:-1]) + FOLDER_MARK if empty_folder else _spelled(item.key)
    pieces = _pieces(name)
    if version:
        pieces += _pieces("version." + _spelled(item.version_id or item.etag))
    return "/".join([bucket + OTHER, *(piece + "~" for piece in pieces[:-1]), pieces[-1]])


def _pieces(name: str) -> list[str]:
    return [name[start : start + _PIECE] for start in range(0, len(name), _PIECE)]


def _spelled(text: str) -> str:
    return _ODD.sub(lambda found: "".join(f"%{byte:02x}" for byte in found[0].encode()), text)


def same_case(path: str) -> str:
    """Give the path as a file system that ignores case and normalization compares it.

    Examples
    --------
    >>> same_case("AWSLogs/\u00c9") == same_case("awslogs/E\u0301")
    True
    """
    return unicodedata.normalize("NFC", path.casefold())


class Places:
    """Gives each object a path that no other has, and that is no folder of another.

    Parameters
    ----------
    taken
        Paths of earlier acquisitions: they stay, nothing is ever put in their place.
    fold
        `same_case` for a folder whose file system ignores case; `str` otherwise.
    """

    def __init__(self, taken: Iterable[str], fold: Callable[[str], str] = str) -> None:
        self._fold = fold
        self._files = {fold(path) for path in taken}
        self._folders = {folder for path in self._files for folder in _folders(path)}

    def give(self, bucket: str, objects: list[Listed]) -> list[str]:
        """Give a path for each object, in the order listed; where a key is also a folder, the folder wins.

        Examples
        --------
        >>> Places([]).give("acme", [Listed("a", "e1", 1, ""), Listed("a/b", "e2", 1, "")])
        ['acme~other/a', 'acme/a/b']
        """
        for item in objects:
            path = natural_path(bucket, item.key)
            self._folders.update(_folders(self._fold(path)) if path else ())
        return [self._give(bucket, item) for item in objects]

    def _give(self, bucket: str, item: Listed) -> str:
        choices = (
            natural_path(bucket, item.key),
            other_path(bucket, item),
            other_path(bucket, item, version=True),
        )
        path = next(path for path in choices if path and self._is_free(self._fold(path)))
        self._files.add(self._fold(path))
        self._folders.update(_folders(self._fold(path)))
        return path

    def _is_free(self, folded: str) -> bool:
        in_the_way = folded in self._files or folded in self._folders
        return not in_the_way and not any(folder in self._files for folder in _folders(folded))


def _folders(path: str) -> Iterator[str]:
    return (path[: found.start()] for found in re.finditer("/", path))
