"""The case folder: open it, and reach its tables.

A case is a folder of mode 0700: `case.duckdb` with the tables, `events/` with the events, and what other
rooms write (`findings.jsonl`, `reports/`, `notebooks/`). What `open_case` returns is a plain Ibis DuckDB
connection.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from workbench.errors import CaseError
from workbench.evidence import path_to_text

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend
    from ibis.expr.types import Table

DATABASE = "case.duckdb"
_NO_CASE = "this connection is to no case, or closed. Open one: con = wb.open_case(FOLDER)"
_LOCKED = re.compile(r"Conflicting lock is held in (?P<program>.*?) \(PID (?P<pid>\d+)")
_LOCK = threading.Lock()
_UMASKS: list[int] = []
_OTHERWISE = "different configuration than existing connections"


def open_case(path: str | os.PathLike[str], *, read_only: bool = False) -> Backend:
    """Open a case folder; made if absent, unless it is opened read-only.

    Parameters
    ----------
    path
        The case folder.
    read_only
        For notebooks: several readers may hold a case at once, as long as nobody loads into it.

    Returns
    -------
    ibis.backends.duckdb.Backend
        A plain Ibis connection in time zone UTC. Close it with `con.disconnect()`.

    Raises
    ------
    CaseError
        The case is missing, is a file, is no case, or another process holds it (the message names it).

    Examples
    --------
    >>> import tempfile
    >>> con = open_case(Path(tempfile.mkdtemp()) / "acme")
    >>> case_folder(con).name
    'acme'
    >>> open_case("no/such/case", read_only=True)
    Traceback (most recent call last):
    workbench.errors.CaseError: no case in no/such/case. Make one: workbench load no/such/case FOLDER
    """
    folder = Path(path)
    database = folder / DATABASE
    _check_folder(folder, database, read_only)
    if not read_only:
        _make_private(folder)
    with private_files():
        con = _connect(folder, read_only=read_only)
        with _or_closed(con, folder):
            _check_tables(con, folder, read_only=read_only)
    return con


@contextmanager
def _or_closed(con: Backend, folder: Path) -> Iterator[None]:
    """Close a connection that turns out to be of no use, and say why it is."""
    import duckdb

    try:
        yield
    except BaseException as error:
        con.disconnect()
        if isinstance(error, (duckdb.Error, OSError)):
            _explain(folder, error)
        raise


@contextmanager
def private_files() -> Iterator[None]:
    """See to it that files which are made meanwhile are for their owner only."""
    with _LOCK:
        _UMASKS.append(os.umask(0o077))
    try:
        yield
    finally:
        with _LOCK:
            os.umask(_UMASKS.pop())  # whoever comes last gives the first one back


def _check_tables(con: Backend, folder: Path, *, read_only: bool) -> None:
    """Make the tables of a new case, and refuse databases that are no case of ours."""
    from workbench.events.parts import missing_parts, remove_strays
    from workbench.events.schema import VERSION, add_missing_columns, create_tables, version_of

    version = version_of(con.con)
    if version == "empty" and not read_only:
        create_tables(con.con, folder)
    elif version == "empty":
        raise CaseError(f"no events in {folder}. Load a trail first: workbench load {folder} FOLDER")
    elif version is None:
        raise CaseError(f"{folder / DATABASE} is a database, but not a case. Name another path for the case")
    elif version != VERSION:
        raise CaseError(
            f"{folder} was made by another version of the workbench (layout {version}, this one reads"
            f" {VERSION}). Load the evidence into a new case"
        )
    _find_parts(con, folder, read_only=read_only)
    missing = missing_parts(con.con, folder)
    if missing:
        raise CaseError(
            f"{folder} lacks {len(missing):,} of its files of events, {missing[0]} for one. Put them back, or"
            " load the evidence into a new case"
        )
    if not read_only:
        remove_strays(con.con, folder)
        add_missing_columns(con.con)
        os.chmod(folder / DATABASE, 0o600)
        for left in folder.glob(f"{DATABASE}*.tmp"):  # by a load or a query that was killed
            shutil.rmtree(left)


def _find_parts(con: Backend, folder: Path, *, read_only: bool) -> None:
    """See to it that the events are found where the case lies now."""
    from workbench.events.parts import show_events
    from workbench.events.schema import folder_of, move_to

    if folder_of(con.con) == str(folder.resolve()):
        return
    if read_only:
        show_events(con.con, folder, temporary=True)
    else:
        move_to(con.con, folder)


def spill_folder(con: Backend) -> Path:
    """Return where this connection writes what does not fit into memory: a folder inside the case."""
    (path,) = con.con.execute("SELECT current_setting('temp_directory')").fetchone() or ("",)
    return Path(str(path))


def _spill(folder: Path) -> Path:
    return folder / f"{DATABASE}.tmp"


def _check_folder(folder: Path, database: Path, read_only: bool) -> None:
    _check_name(folder)
    if folder.exists() and not folder.is_dir():
        raise CaseError(f"{folder} is a file, a case is a folder. Name another path for the case")
    if read_only and not database.is_file():
        raise CaseError(f"no case in {folder}. Make one: workbench load {folder} FOLDER")
    if not database.exists() and folder.is_dir() and any(map(_is_evidence, folder.iterdir())):
        raise CaseError(f"{folder} holds evidence, and no case. Name another folder for the case")


def _check_name(folder: Path) -> None:
    """Refuse names that the system or DuckDB does not take."""
    try:
        folder.exists()
        os.path.abspath(folder).encode()
    except (OSError, UnicodeEncodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "the name is no UTF-8"
    else:
        why = "DuckDB takes no path with a question mark" if "?" in os.path.abspath(folder) else None
    if why:
        raise CaseError(f"no case can lie in {path_to_text(folder)}: {why}. Name another folder")


def _is_evidence(path: Path) -> bool:
    """Recognise evidence that somebody named as the case by mistake: nothing is ever written into it."""
    trail = path.name.endswith((".json", ".json.gz")) and path.name != "manifest.json"
    return trail or path.name == "AWSLogs"


def _make_private(folder: Path) -> None:
    """Make the folder if it is absent; only its owner may look into a case."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chmod(folder, 0o700)
    except OSError as error:
        raise CaseError(f"cannot make the case folder {folder}: {error.strerror}. Choose another") from error


def _connect(folder: Path, *, read_only: bool) -> Backend:
    import duckdb
    import ibis

    # Named for readers too: their large queries must not spill anywhere but into the case.
    # One for each process: readers of the same case would write over each other's files.
    own = _spill(folder).with_name(f"{DATABASE}.{os.getpid()}.tmp") if read_only else _spill(folder)
    settings: dict[str, Any] = {"temp_directory": os.path.abspath(own)}
    if not read_only:
        settings["storage_compatibility_version"] = "latest"
    try:
        # A relative path might begin like an address: `s3:case` is one to DuckDB.
        con = ibis.duckdb.connect(os.path.abspath(folder / DATABASE), read_only=read_only, **settings)
    except duckdb.Error as error:
        _explain(folder, error)
    con.raw_sql("SET TimeZone = 'UTC'")
    con.raw_sql("SET parquet_metadata_cache = true")  # the parts of a case never change
    return con


def _explain(folder: Path, error: Exception) -> NoReturn:
    locked = _LOCKED.search(str(error))
    if locked:
        raise CaseError(
            f"{folder} is in use by process {locked['pid']} ({Path(locked['program']).name})."
            " Wait until it has finished, or close the connection there (con.disconnect())"
        ) from error
    if _OTHERWISE in str(error):
        raise CaseError(
            f"{folder} is already open in this process, by a connection that reads only where this one would"
            " write, or the reverse. Disconnect the other connection first (con.disconnect())"
        ) from error
    raise CaseError(
        f"{folder / DATABASE} cannot be opened: {first_line(error)}."
        " Move it away and load the evidence again, or name another case"
    ) from error


def first_line(error: Exception) -> str:
    """Give what an error says, without its details; one that says nothing gives its name.

    Examples
    --------
    >>> first_line(OSError("No room!\\n  Details")), first_line(MemoryError())
    ('No room', 'MemoryError')
    """
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".!")


def case_folder(con: Backend) -> Path:
    """Return the folder of the case that `con` is connected to.

    Raises
    ------
    CaseError
        The connection is to no case file.
    """
    for path, _ in _databases(con):
        if Path(path).name == DATABASE:
            return Path(path).parent
    raise CaseError(_NO_CASE)


def _databases(con: Backend) -> list[tuple[str, bool]]:
    import duckdb

    try:
        rows = con.con.execute(
            "SELECT path, readonly FROM duckdb_databases() WHERE NOT internal AND path IS NOT NULL"
        )
    except (AttributeError, duckdb.Error) as error:
        raise CaseError(_NO_CASE) from error
    return rows.fetchall()


def is_read_only(con: Backend) -> bool:
    """Tell whether a case was opened for reading only."""
    return any(read_only for path, read_only in _databases(con) if Path(path).name == DATABASE)


def events(con: Backend) -> Table:
    """Return the events of a case, one row per distinct event.

    Returns
    -------
    ibis.Table
        The columns of `workbench.events.columns.EVENTS`; times are naive UTC.

    Raises
    ------
    CaseError
        Nothing was loaded yet.
    """
    table = _table(con, "events")
    if con.con.execute("SELECT 1 FROM event_parts WHERE store = 'events' LIMIT 1").fetchone() is None:
        case = case_folder(con)
        raise CaseError(f"no events in {case}. Load a trail first: workbench load {case} FOLDER")
    return table


def evidence_files(con: Backend) -> Table:
    """Return one row per file that was ever seen by a load; one whose content changed has one for each.

    Returns
    -------
    ibis.Table
        path : as it was found; `ARCHIVE!/MEMBER` for the member of a zip archive.
        size, mtime : bytes, and naive UTC; a member has its size when unpacked, and the archive's time.
        sha256, sha256_uncompressed : of the bytes as they lie there, and of what they are when inflated.
        status : `loaded`; `other`: it holds no events; `set-aside`.
        kind : `events`, or what the file is instead: `archive` (its members have rows of their own),
        `activity`, `config`, `evidence` and `tags` (their items are in tables of their own), `copy` (detail
        names the file with the same bytes), `digest`, `manifest`, `marker`, `metadata`, `organization`,
        `picture`, `public-keys`, `query-signature`, `truth`.
        shape : how the events lie in it, a name of the table in `workbench.evidence.shapes`.
        records, events, duplicates, set_aside : records in it, rows of the case that come from it, second
        deliveries, and records that were set aside. `between` leaves records out of all four.
        items : what is no event in it: configuration items, tags of resources, and the like.
        reason, detail : why it was set aside, see `workbench.evidence.REASONS`.
        account, region : what its name or its folders say.
        loaded_at : naive UTC.
    """
    return _table(con, "evidence_files")


def set_aside(con: Backend) -> Table:
    """Return the records that were not taken, and why; a run of equal faults is one row.

    Returns
    -------
    ibis.Table
        path, index (0-based place in the file, of the first one), reason (see `workbench.evidence.REASONS`),
        detail, count (how many records, one after the other).
    """
    return _table(con, "set_aside")


def config_items(con: Backend) -> Table:
    """Return the configuration items of a case, one row per item; none where no AWS Config was loaded.

    They come from snapshot and history files of AWS Config, from `get-resource-config-history`, and from
    CloudTrail Lake's rows. An item that was delivered several times (same ARN, capture time and state id) is
    one row; one that says something else under the same identity is a row too, and all of them are flagged
    `eventid-conflict`.

    Returns
    -------
    ibis.Table
        As CloudTrail Lake has them: eventVersion, eventCategory (`ConfigurationItem`), eventType, eventID
        (made from the identity, where Lake gave none), eventTime (when it was captured, naive UTC),
        awsRegion, recipientAccountId, addendum MAP; eventData STRUCT(configurationItemVersion,
        configurationItemCaptureTime, configurationItemStatus, configurationItemStateId, accountId,
        resourceType, resourceId, resourceName, arn, awsRegion, availabilityZone, resourceCreationTime,
        configuration MAP, supplementaryConfiguration MAP, relatedEvents (JSON text), relationships
        STRUCT(name, resourceType, resourceId, resourceName)[], tags MAP); eventJson, the item in Lake's
        shape. And ours: source_file, source_index, flags (as those of events), extra (what no column holds).

    Examples
    --------
    >>> import tempfile
    >>> from workbench.events import load
    >>> evidence, con = Path(tempfile.mkdtemp()), open_case(Path(tempfile.mkdtemp()) / "acme")
    >>> item = '{"ARN":"arn:aws:s3:::logs","configurationStateId":7,"tags":{"a":"b"}}'
    >>> _ = (evidence / "snapshot.json").write_text('{"configurationItems":[%s]}' % item)
    >>> load(con, evidence).items
    {'config': {'in_case': 1, 'new': 1, 'duplicates': 0}}
    >>> config_items(con).eventData.tags.execute().tolist()
    [{'a': 'b'}]

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-supported-event-schemas.html
    """
    return _table(con, "config_items")


def resource_tags(con: Backend) -> Table:
    """Return the tags of resources as exports list them; none where no tag export was loaded.

    Such a file is what `aws resourcegroupstaggingapi get-resources` prints. Each export keeps its rows, so
    that an older one tells what a newer one does not.

    Returns
    -------
    ibis.Table
        arn, key, value : one row per tag; a resource without tags is one row, with key and value NULL.
        exported : the file's own time (naive UTC); it may be later than the export, if the file was copied.
        source_file, source_index : the file, and the resource's place in its list.

    Examples
    --------
    >>> import tempfile
    >>> from workbench.events import load
    >>> evidence, con = Path(tempfile.mkdtemp()), open_case(Path(tempfile.mkdtemp()) / "acme")
    >>> tags = '{"ResourceARN":"arn:aws:s3:::logs","Tags":[{"Key":"team","Value":"blue"}]}'
    >>> _ = (evidence / "tags.json").write_text('{"ResourceTagMappingList":[%s]}' % tags)
    >>> _ = load(con, evidence)
    >>> resource_tags(con).select("arn", "key", "value").execute().values.tolist()
    [['arn:aws:s3:::logs', 'team', 'blue']]

    References
    ----------
    https://docs.aws.amazon.com/cli/latest/reference/resourcegroupstaggingapi/get-resources.html
    """
    return _table(con, "resource_tags")


def _table(con: Backend, name: str) -> Table:
    case_folder(con)
    return con.table(name)
