"""Rows of sentences: what statements on a case have in common."""

from typing import Any

import ibis
import ibis.expr.types as ir

COLUMNS = ("statement", "why", "account", "region", "start", "end")


def row(
    table: ir.Table,
    rank: int | ir.Value,
    statement: ir.StringValue,
    why: str | ir.Value,
    **more: Any,
) -> ir.Table:
    """Return a table as statements: `COLUMNS`, and `rank` by which they are ordered.

    Parameters
    ----------
    table
        One row for each statement; its `account`, where it has one, is that of the statement.
    rank, statement, why
        Of the rows.
    more
        `region`, `start`, `end`; NULL where not given.
    """
    given = {"account": table.account} if "account" in table.columns else {}
    times = {name: ibis.null("timestamp") for name in ("start", "end")}
    nothing = {"account": ibis.null("string"), "region": ibis.null("string"), **times}
    told = table.select(
        rank=value(rank).cast("int64"),
        statement=statement,
        why=value(why),
        **(nothing | given | more),
    )
    return told.select("rank", *COLUMNS).cast({"start": "timestamp", "end": "timestamp"})


def value(given: int | str | ir.Value) -> ir.Value:
    """Return what is one for each row as it is, and what is the same for all as a literal."""
    return given if isinstance(given, ir.Value) else ibis.literal(given)


def counted(number: ir.IntegerValue, noun: str) -> ir.StringValue:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(ibis.literal(1), "log").execute(), counted(ibis.literal(3), "log").execute()
    ('1 log', '3 logs')
    """
    return number.cast("string") + ibis.ifelse(number == 1, f" {noun}", f" {noun}s")
