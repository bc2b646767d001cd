"""`stores`: which event data stores a case has, and their columns."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.front import cli
from workbench.cli.words import PATH, as_json, printable

if TYPE_CHECKING:
    from workbench.queries.aws_sql.listing import ListedStore


@cli.command()
@click.argument("case", type=PATH)
@click.option("--dialect", type=click.Choice(["lake", "athena"]), default="lake", show_default=True)
@as_json
def stores(case: Path, dialect: str, as_json: bool) -> int:
    """List the event data stores of CASE: names that find them, what they hold, columns and types."""
    from workbench.events import open_case
    from workbench.queries.aws_sql import list_stores

    con = open_case(case, read_only=True)
    try:
        found = list_stores(con, dialect=dialect)
    finally:
        con.disconnect()
    if as_json:
        print(json.dumps([store.as_dict() for store in found]))
    else:
        print("\n".join(line for store in found for line in _told(store)))
    return 0


def _told(store: "ListedStore") -> Iterator[str]:
    span = f", {store.first} to {store.last} UTC" if store.first else ""
    yield printable(f"{store.kind}: {store.rows:,} rows{span}")
    yield printable(f"  names     {'; '.join(store.names) or f'any, with --store NAME={store.kind}'}")
    if store.accounts:
        yield printable(f"  accounts  {', '.join(store.accounts)}")
    width = max(map(len, store.columns))
    for name, kind in store.columns.items():
        yield f"    {name:<{width}}  {kind}"
