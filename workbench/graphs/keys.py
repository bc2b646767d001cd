"""Chains of keys: an issued key that later events used, as a table of paths."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from workbench.graphs.assumption import rows_of, text_of
from workbench.queries.assumptions import issuances

_SKEW = pd.Timedelta(minutes=5)


def key_chains(events: ir.Table) -> ir.Table:
    """Follow issued keys to their use: who stood at the beginning, and which roles lay between.

    Only exact links count: a key that a call issued and that later events used. A chain ends where the
    evidence does, so a console session or an issuance that was not collected begins a chain of its own.

    Parameters
    ----------
    events
        The whole events table.

    Returns
    -------
    ibis Table
        One row per distinct path: `origin` (its first principal), `origin_kind`, `path` (list of principals,
        origin first), `hops` (issued keys in the path), `accounts` (list), `sessions` (last keys), `events`
        (made with the last keys), `first`, `last` (of those, naive UTC), `keys` (at most 20 of the last
        keys), `evidence` (at most 50 event ids of the issuances). Longest paths first, then by `events` and
        `path`.

    Examples
    --------
    >>> from tests.builders import assume_role, role_event, table, user
    >>> rows = table(assume_role(user(), "Deploy", key="ASIA1"), role_event("Deploy", key="ASIA1"))
    >>> key_chains(rows).select("origin", "hops", "events").to_pyarrow().to_pylist()
    [{'origin': 'arn:aws:iam::111122223333:user/alice', 'hops': 1, 'events': 1}]
    """
    calls = issuances(events)
    issued = calls.filter(calls.issued_key.notnull() & ~calls.denied).to_pandas()
    keyed = events.filter(events.access_key_id.notnull())
    use = keyed.group_by(key=keyed.access_key_id).agg(
        events=lambda t: t.count(), first=lambda t: t.eventTime.min(), last=lambda t: t.eventTime.max()
    )
    uses = {row.key: row for row in rows_of(use.to_pandas())}
    # in order of time: a repeated key keeps its last
    by_key = {row.issued_key: row for row in rows_of(issued)}
    paths: dict[tuple[str, ...], list[list[Any]]] = defaultdict(list)
    for key in sorted(by_key.keys() & uses.keys()):
        steps = list(_back(key, by_key))[::-1]
        paths[tuple(_path(steps))].append(steps)
    rows = [_chain(path, steps, uses) for path, steps in paths.items()]
    found = ibis.memtable(pd.DataFrame(rows, columns=list(_CHAIN)), schema=_CHAIN)
    # the order is part of the table: what filters and limits it later keeps the longest paths first
    return found.order_by(ibis.desc("hops"), ibis.desc("events"), "path")


_CHAIN = {
    "origin": "string",
    "origin_kind": "string",
    "path": "array<string>",
    "hops": "int64",
    "accounts": "array<string>",
    "sessions": "int64",
    "events": "int64",
    "first": "timestamp",
    "last": "timestamp",
    "keys": "array<string>",
    "evidence": "array<string>",
}


def _back(key: str, by_key: dict[str, Any]) -> Iterator[Any]:
    """Yield issuances from the last to the first; a credential cannot be issued by one that came after it."""
    seen: set[str] = set()
    latest = pd.Timestamp.max
    while key in by_key and key not in seen:
        step = by_key[key]
        if pd.isna(step.eventTime) or step.eventTime - _SKEW > latest:
            return
        seen.add(key)
        yield step
        key, latest = step.caller_key, step.eventTime


def _path(steps: list[Any]) -> Iterator[str]:
    yield steps[0].caller
    yield from (step.target for step in steps)


def _chain(path: tuple[str, ...], found: list[list[Any]], uses: dict[str, Any]) -> dict[str, Any]:
    last = [uses[steps[-1].issued_key] for steps in found]
    accounts = [found[0][0].caller_account, *(step.target_account for step in found[0])]
    evidence = dict.fromkeys(step.eventID for steps in found for step in steps)
    return {
        "origin": path[0],
        "origin_kind": found[0][0].caller_kind,
        "path": list(path),
        "hops": len(path) - 1,
        "accounts": list(dict.fromkeys(text for account in accounts if (text := text_of(account)))),
        "sessions": len(found),
        "events": sum(int(use.events) for use in last),
        "first": min(use.first for use in last),
        "last": max(use.last for use in last),
        "keys": [use.key for use in last][:20],
        "evidence": list(evidence)[:50],
    }
