"""A connection that runs other people's queries may do nothing but read the case.

References
----------
https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workbench.events import case_folder

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

MOST_MEMORY = 4 << 30
_FOR_THE_ENGINE = 0.75  # of it: the rest is for Python, which holds a row of the answer at a time


def lock(con: Backend) -> None:
    """Take from a connection, for good, all it does not need to read its case.

    No other files, no network, no extensions, no Python variables, half of the machine's memory at most, and
    no way back: the settings are locked. What does not fit into memory goes into the case's own folder.

    Parameters
    ----------
    con
        A connection to a case, opened for reading. Nothing else can be done with it afterwards.

    Examples
    --------
    >>> import tempfile
    >>> from workbench.events import open_case
    >>> con = open_case(tempfile.mkdtemp())
    >>> lock(con)
    >>> con.con.execute("SELECT * FROM read_text('/etc/hostname')")
    Traceback (most recent call last):
    _duckdb.PermissionException: Permission Error: Cannot access file "/etc/hostname"...
    """
    events = f"{case_folder(con).resolve() / 'events'}/"
    con.con.execute("SET allowed_directories = $folders", {"folders": [events]})
    for setting, value in (
        ("memory_limit", f"{int(memory() * _FOR_THE_ENGINE)}B"),
        ("max_temp_directory_size", f"{MOST_MEMORY}B"),
        ("python_enable_replacements", False),
        ("autoinstall_known_extensions", False),
        ("autoload_known_extensions", False),
        ("enable_external_access", False),
        ("lock_configuration", True),  # last: nothing can be set after it
    ):
        con.con.execute(f"SET {setting} = $value", {"value": value})


def memory() -> int:
    """Return what a query may use: half of the machine's memory, and at most 4 GiB.

    Examples
    --------
    >>> memory() <= MOST_MEMORY
    True
    """
    machine = (
        os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else MOST_MEMORY
    )
    return min(machine // 2, MOST_MEMORY)
