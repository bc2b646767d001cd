"""What one acquisition did: to each object, and in all (the fields of `acquire --json`)."""

from dataclasses import asdict, dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass
class Acquisition:
    """Counts that add up, and everything that was not acquired, with its reason.

    Always `listed == acquired + unchanged + outside + versions_left + len(not_acquired)`.

    Parameters
    ----------
    source, folder
        From where, and to where.
    listed
        Objects under the prefix; where versions can be listed, older versions too.
    acquired, unchanged
        Objects fetched now, and objects that were in the folder already, as a fresh look at their hash shows.
    outside
        Objects whose time is not within `between`, with its margin of a day.
    versions_left
        Deleted objects and older versions, left where they are unless `all_versions` asks for them.
    not_acquired
        `{"key", "version_id", "reason", "detail"}` per object. Reasons: `access-denied, vanished, changed,
        archived, throttled, broken-off, cannot-be-stored, refused`.
    warnings
        `{"path", "kind", "detail"}` of what deserves a look.
    bytes
        How many bytes were fetched now.
    identity
        The ARN of whoever acquired; None where AWS did not say.
    root_sha256
        One hash over the list of all objects in the folder: the number for an examiner's notes.
    """

    source: str
    folder: str
    listed: int = 0
    acquired: int = 0
    unchanged: int = 0
    outside: int = 0
    versions_left: int = 0
    not_acquired: list[Row] = field(default_factory=list)
    warnings: list[Row] = field(default_factory=list)
    bytes: int = 0
    identity: str | None = None
    root_sha256: str = ""

    def as_dict(self) -> Row:
        """Give the report as `acquire --json` prints it.

        Examples
        --------
        >>> Acquisition("s3://acme", "evidence", listed=1, acquired=1).as_dict()["acquired"]
        1
        """
        return asdict(self)

    @property
    def done(self) -> int:
        """How many objects are dealt with: here now, or refused."""
        return self.acquired + self.unchanged + len(self.not_acquired)

    def add(self, size: int) -> None:
        """Count an object that was fetched."""
        self.acquired += 1
        self.bytes += size

    def keep(self) -> None:
        """Count an object that is here already."""
        self.unchanged += 1

    def refuse(self, key: str, version_id: str | None, reason: str, detail: str) -> None:
        """Note an object that could not be had."""
        row = {"key": key, "version_id": version_id, "reason": reason, "detail": detail}
        self.not_acquired.append(row)

    def warn(self, path: str, kind: str, detail: str) -> None:
        """Note what deserves a look."""
        self.warnings.append({"path": path, "kind": kind, "detail": detail})
