"""What earlier loads took of a file, and the span of time that a load is for."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import ParameterError
from workbench.events.intake.report import bounded
from workbench.events.rows.times import Window, parse_time
from workbench.evidence import FoundFile, path_from_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from ibis.backends.duckdb import Backend


def window_of(between: tuple[str, str] | None) -> Window:
    """Read the two times of `--between`.

    Raises
    ------
    ParameterError
        They are no times, or the first is not before the second.

    Examples
    --------
    >>> window_of(("2026-09-02T00:00:00Z", "2026-09-03T00:00:00Z"))
    (datetime.datetime(2026, 9, 2, 0, 0), datetime.datetime(2026, 9, 3, 0, 0))
    """
    if between is None:
        return None, None
    start, end = (parse_time(text)[0] for text in between)
    if start is None or end is None or start >= end:
        raise ParameterError(
            f"{' to '.join(between)} is no span of time. Give START before END, such as 2026-09-02T00:00:00Z"
        )
    return start, end


@dataclass(frozen=True)
class Known:
    """A file that an earlier load read."""

    size: int
    mtime_ns: int
    sha256: str
    start: dt.datetime | None
    end: dt.datetime | None
    kind: str | None = None
    salvaged: bool = False

    def is_now(self, found: FoundFile) -> bool:
        """Tell whether the file looks as it did then."""
        return (self.size, self.mtime_ns) == (bounded(found.size), bounded(found.mtime))

    def covers(self, window: Window, salvage: bool = False) -> bool:
        """Tell whether that load took exactly the events of it that this one would, or more."""
        if self.salvaged != (self.salvaged and salvage):
            return False
        start, end = window
        from_start = self.start is None or (start is not None and self.start <= start)
        return from_start and (self.end is None or (end is not None and end <= self.end))


def known_files(con: "DuckDBPyConnection") -> dict[str, Known]:
    """Read what earlier loads said of the files they took, by absolute path."""
    rows = con.execute(
        "SELECT absolute, size, mtime_ns, sha256, window_start, window_end, kind, salvaged FROM file_rows"
        " WHERE status <> 'set-aside' ORDER BY loaded_at"
    )
    return {path_from_text(row[0]): Known(*row[1:]) for row in rows.fetchall()}


@dataclass(frozen=True)
class LoadedWindow:
    """A span of time that files were loaded for.

    Attributes
    ----------
    start, end : datetime or None
        START <= eventTime < END was kept (naive UTC); None: everything.
    files : int
        How many files were last loaded for it.
    outside : int or None
        Records of these files that lie outside and were left out; None where the case does not know.
    """

    start: dt.datetime | None
    end: dt.datetime | None
    files: int
    outside: int | None


def loaded_windows(con: "Backend") -> list[LoadedWindow]:
    """Return the spans of time the trail files of a case were loaded for, everything first.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from tests.builders import case, event
    >>> loaded_windows(case(mkdtemp(), event()))
    [LoadedWindow(start=None, end=None, files=1, outside=0)]
    """
    columns = {row[0] for row in con.con.execute("DESCRIBE file_rows").fetchall()}
    outside = "sum(outside)::BIGINT" if "outside" in columns else "NULL"
    rows = con.con.execute(
        f"SELECT window_start, window_end, count(*), {outside} FROM file_rows"  # noqa: S608 (one of two above)
        " WHERE status = 'loaded' GROUP BY ALL ORDER BY window_start NULLS FIRST, window_end"
    )
    return [LoadedWindow(*row) for row in rows.fetchall()]
