"""What a tree is sure to give as text, told by how it is written, where DuckDB would have to plan every case.

Nothing is guessed: a column counts as known where every table it can come from is a store of CloudTrail
events. What is not known goes the way of the macro `lake_text`, which has a branch for each type.
"""

import pyarrow as pa
from sqlglot import exp

from workbench.events.columns import AWS
from workbench.queries.aws_sql.trees import call, called
from workbench.queries.aws_sql.views import view_of

MACROS = {
    "lake_time_text": "(t) AS strftime(t, '%Y-%m-%d %H:%M:%S.%g')",
    "lake_same_text": "(x) AS CAST(x AS VARCHAR)",
}
_PLAIN, _TIME = "lake_same_text", "lake_time_text"
_GIVES_PLAIN = frozenset({"count", "count_if", "length", "year", "month", "day", "hour", "lower", "upper"})
_AS_GIVEN = {"min": 0, "max": 0, "any_value": 0, "lake_truncate": 1}
_EVENTS = view_of("cloudtrail", "lake")


def as_text(value: exp.Expr) -> exp.Expr:
    """Translate a cast to varchar; the tree must still stand in its query.

    Examples
    --------
    >>> as_text(call("count", exp.Star())).sql("duckdb"), as_text(exp.column("x")).sql("duckdb")
    ('LAKE_SAME_TEXT(COUNT(*))', 'LAKE_TEXT(x)')
    """
    return call(_macro_for(value) or "lake_text", value)


def _macro_for(value: exp.Expr) -> str | None:
    inner = value.unnest()
    name = called(inner)
    if name in _GIVES_PLAIN:
        return _PLAIN
    if len(inner.expressions) - 1 == _AS_GIVEN.get(name):
        return _macro_for(inner.expressions[_AS_GIVEN[name]])
    return _of_type(_type_of(inner)) if isinstance(inner, exp.Column) else None


def _of_type(kind: pa.DataType | None) -> str | None:
    if kind is None:
        return None
    if pa.types.is_timestamp(kind):
        return _TIME
    return _PLAIN if pa.types.is_string(kind) or pa.types.is_boolean(kind) else None


def _type_of(column: exp.Column) -> pa.DataType | None:
    """Find the type of a column of the events, or of a field in it; None where another may be meant."""
    query = column.find_ancestor(exp.Select, exp.SetOperation, exp.Lambda)
    if not isinstance(query, exp.Select):
        return None
    first, *fields = [part.name.lower() for part in column.parts]
    sources = _sources(query)
    if not sources or not all(_is_events(source) for source in sources) or _hides(query, first):
        return None
    if fields and first in {source.alias_or_name.lower() for source in sources}:
        first, *fields = fields
        if _hides(query, first):
            return None
    kind = _field(AWS, first)
    for field in fields:
        kind = _field(kind, field) if kind is not None and pa.types.is_struct(kind) else None
    return kind


def _field(of: pa.Schema | pa.StructType, name: str) -> pa.DataType | None:
    return next((field.type for field in of if field.name.lower() == name), None)


def _sources(query: exp.Select) -> list[exp.Expr]:
    parts = [query.args.get("from_"), *(query.args.get("joins") or []), *(query.args.get("laterals") or [])]
    return [part.this for part in parts if part is not None]


def _is_events(source: exp.Expr) -> bool:
    here = isinstance(source, exp.Table) and source.name == _EVENTS and source.catalog == "temp"
    return here and not source.args.get("joins")


def _hides(query: exp.Select, name: str) -> bool:
    """Tell whether a result column of that name is another thing, which ORDER BY would mean."""
    named = (one for one in query.selects if one.alias.lower() == name)
    return any(not isinstance(one.this, exp.Column) or one.this.name.lower() != name for one in named)
