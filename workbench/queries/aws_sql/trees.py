"""Small pieces of syntax trees that every translation is made of."""

from sqlglot import exp

from workbench.errors import SqlError

_LISTS = frozenset({
    "str_split", "list_transform", "list_filter", "list_concat", "list_sort", "list_slice", "list_zip",
    "array_agg", "flatten", "map_keys", "map_values", "map_entries", "generate_series", "regexp_extract_all",
    "string_split_regex", "lake_slice", "lake_distinct", "lake_series", "lake_split", "lake_json_list",
})  # fmt: skip
_BINARY = frozenset({"encode", "unhex", "from_base64"})


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """Make the tree of a call."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def text(value: str) -> exp.Expr:
    """Make the tree of a string literal."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    """Make the tree of a whole number."""
    return exp.Literal.number(value)


def cast(node: exp.Expr, kind: str) -> exp.Expr:
    """Make the tree of a cast to one of DuckDB's types."""
    return exp.Cast(this=node, to=exp.DataType.build(kind, dialect="duckdb"))


def struct(**fields: exp.Expr) -> exp.Expr:
    """Make the tree of a struct with named fields."""
    return exp.Struct(
        expressions=[exp.PropertyEQ(this=exp.to_identifier(k), expression=v) for k, v in fields.items()]
    )


def literal(node: exp.Expr, what: str) -> str:
    """Give the text of a string literal; what is none is refused."""
    if isinstance(node, exp.Literal) and node.is_string:
        return str(node.this)
    raise SqlError(f"{what} must be written as text in the query to run here")


def called(node: exp.Expr) -> str:
    """Give the name of a call, and nothing for what is none.

    Examples
    --------
    >>> called(call("len", text("x"))), called(text("x"))
    ('len', '')
    """
    return str(node.this) if isinstance(node, exp.Anonymous) else ""


def is_list(node: exp.Expr) -> bool:
    """Tell whether a tree is sure to give a list, by how it is written."""
    return isinstance(node.unnest(), exp.Array) or called(node.unnest()) in _LISTS


def is_binary(node: exp.Expr) -> bool:
    """Tell whether a tree is sure to give bytes, by how it is written."""
    return called(node.unnest()) in _BINARY


def is_date(node: exp.Expr) -> bool:
    """Tell whether a tree is sure to give a date without a time, by how it is written."""
    inner = node.unnest()
    return isinstance(inner, exp.Cast) and inner.to.this == exp.DType.DATE


def set_parameter(body: exp.Expr, name: str, by: exp.Expr) -> exp.Expr:
    """Put another tree wherever the body of a lambda names a parameter; return the body.

    Examples
    --------
    >>> from sqlglot import parse_one
    >>> made = parse_one("f(x -> x + 1)", dialect="trino").find(exp.Lambda)
    >>> set_parameter(made.this, "x", exp.column("y")).sql()
    'y + 1'
    """
    root = exp.Paren(this=body)
    for found in [node for node in body.find_all(exp.Identifier) if _is_parameter(node, name)]:
        found.replace(by.copy())
    return root.this


def _is_parameter(node: exp.Expr, name: str) -> bool:
    beside = isinstance(node.parent, exp.Column) or (
        isinstance(node.parent, exp.Dot) and node.arg_key == "expression"
    )
    return node.name.lower() == name.lower() and not beside


def parameters(made: exp.Expr | None, count: int, whose: str) -> list[str]:
    """Give the names of a lambda's parameters; another number of them is refused."""
    if not isinstance(made, exp.Lambda) or len(made.expressions) != count:
        names = ", ".join("xyz"[:count])
        raise SqlError(f"{whose} needs a lambda of {count} parameters: ({names}) -> ...")
    return [parameter.name for parameter in made.expressions]
