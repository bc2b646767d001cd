"""Each event with its origin."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from workbench.queries.attribution.chains import Resolver
from workbench.queries.attribution.facts import keyed
from workbench.queries.attribution.kept import resolver
from workbench.queries.attribution.ledger import ORIGIN, origin_of
from workbench.queries.attribution.memory import uncollected
from workbench.queries.attribution.model import BEGINNING, END

_OUTSIDE = "CONTRADICTION"
_BY_KEY = pa.unify_schemas([
    pa.schema([
        ("caller_key", pa.string()), ("works_from", pa.timestamp("us")), ("works_until", pa.timestamp("us")),
        ("issuer_claim", pa.string()),
    ]),
    ORIGIN,
])  # fmt: skip


def with_origin(events: ir.Table) -> ir.Table:
    """Add to each event who stands at the beginning of its chain of credentials.

    The events are read once when this is called; then filter, join and chart what it returns. Pass the whole
    table and filter afterwards: what was filtered away before cannot prove anything.

    Parameters
    ----------
    events
        The whole events table.

    Returns
    -------
    ibis Table
        All columns of `events` and `origin_principal` (NULL unless every hop is proven), `origin_id` (that
        AWS never reuses), `origin_kind` (`iam_user`, `root`, `identity_center_user`, `saml_user`,
        `web_identity`, `instance`, `service`, `anonymous`, `unknown`), `origin_confidence` (`certain`,
        `high`, `medium`, `low`, `none`), `origin_reason` (of `workbench.queries.attribution.REASONS`, where
        there is no origin), `likely_principal` (claims to be: never proof). Every row stays, once.

    Examples
    --------
    >>> from tests.builders import assume_role, role_event, table, user
    >>> rows = with_origin(table(assume_role(user(), key="ASIA1"), role_event(key="ASIA1")))
    >>> rows.filter(rows.principal_kind == "role").origin_principal.to_pyarrow().to_pylist()
    ['arn:aws:iam::111122223333:user/alice']
    """
    return origins_of(events)(events)


def origins_of(events: ir.Table) -> Callable[[ir.Table], ir.Table]:
    """Return what `with_origin` does, for any of the events: these are read here, and prove what is told.

    Examples
    --------
    >>> from tests.builders import assume_role, role_event, table, user
    >>> events = table(assume_role(user(), key="ASIA1"), role_event(key="ASIA1"))
    >>> some = origins_of(events)(events.filter(events.principal_kind == "role"))
    >>> some.origin_principal.to_pyarrow().to_pylist()
    ['arn:aws:iam::111122223333:user/alice']
    """
    case = resolver(events.drop(*(name for name in ORIGIN.names if name in events.columns)))
    with uncollected():
        told = ibis.memtable(pa.Table.from_pylist(_rows(case), schema=_BY_KEY))
    return partial(_with_told, told=told)


def _with_told(events: ir.Table, told: ir.Table) -> ir.Table:
    events = events.drop(*(name for name in ORIGIN.names if name in events.columns))
    with_key = keyed(events)
    both = with_key.left_join(told, with_key.identity_key == told.caller_key)
    early, late = both.eventTime < both.works_from, both.eventTime > both.works_until
    outside = early.fill_null(False) | late.fill_null(False)
    origin = {name: ibis.ifelse(outside, _CONTRADICTED.get(name), both[name]) for name in ORIGIN.names}
    origin["likely_principal"] = ibis.ifelse(outside, both.issuer_claim, both.likely_principal)
    return both.select(*events.columns, **origin)


_CONTRADICTED = {"origin_kind": "unknown", "origin_confidence": "none", "origin_reason": _OUTSIDE}


def _rows(case: Resolver) -> list[dict[str, Any]]:
    rows = []
    for key, one in case.case.identities.items():
        if not one.events:
            continue
        chain = case.chain(key)
        since, until = chain.link.valid
        rows.append({
            "caller_key": key, "works_from": _bound(since), "works_until": _bound(until),
            "issuer_claim": case.issuer_claim(key), **origin_of(chain.origin),
        })  # fmt: skip
    return rows


def _bound(time: dt.datetime) -> dt.datetime | None:
    return None if time in (BEGINNING, END) else time
