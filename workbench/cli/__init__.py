"""The command line: parse, call one function of the library, print.

Exit codes are a contract for scripts: 0 done, 1 done but something was set aside or not found, 3 a wrong call
or nothing usable. What each command imports, it imports when it runs, so `--help` stays instant.

`front`, `words`
    The front door; arguments, options and printing that commands share.
`acquiring`, `loading`, `proving`, `investigating`, `querying`, `listing`, `finding`, `detecting`
    The commands, by what they are for.
`results`, `exporting`
    Rows of an answer as JSON, CSV or a table; and as a file, with its hash in the journal.
`limits`
    Time and memory of a query.
"""

from workbench.cli import (
    acquiring,
    detecting,
    finding,
    investigating,
    listing,
    loading,
    proving,
    querying,
)
from workbench.cli.front import cli, main

__all__ = [
    "acquiring",
    "cli",
    "detecting",
    "finding",
    "investigating",
    "listing",
    "loading",
    "main",
    "proving",
    "querying",
]
