"""A query's text into a syntax tree, and the refusal of all that is no plain query.

What may stand in a tree is a list of what is allowed, never of what is forbidden. The parser knows no
function by name, so that every call keeps the name and the arguments it was written with; `functions` has
the list.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-limitations.html
"""

import re
from collections.abc import Mapping
from itertools import pairwise, zip_longest
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ErrorLevel, ParseError, TokenError
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import Token, TokenType

from workbench.errors import SqlError, visible
from workbench.queries.aws_sql.stores import cover

LONGEST = 262_144
"""Characters of a query that Athena takes; Lake takes fewer."""

_KNOWN = ("CAST", "TRY_CAST", "EXTRACT", "TRIM", "SUBSTRING", "POSITION", "JSON_QUERY")
_EXPECTED = re.compile(r"Expect(?:ed|ing) (.+?)(?: but got .*| after \w+)?$", re.DOTALL)
_QUERY_WORDS = {"SELECT", "WITH", "("}
_FOREIGN = {"==": "=", "::": "CAST(x AS type)"}
_ALLOWED = frozenset({
    "Select", "From", "Join", "Where", "Group", "Having", "Order", "Ordered", "Limit", "Offset", "Fetch",
    "With", "CTE", "Subquery", "Union", "Except", "Intersect", "Table", "TableAlias", "Column",
    "Identifier", "Star", "Dot", "Alias", "Literal", "Boolean", "Null", "Paren", "Tuple", "Array",
    "Bracket", "Lambda", "And", "Or", "Not", "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "Is", "In", "Between",
    "Like", "Escape", "Exists", "NullSafeEQ", "NullSafeNEQ", "Any", "All", "Add", "Sub", "Mul", "Div",
    "Mod", "Neg", "DPipe", "Case", "If", "Cast", "TryCast", "Extract", "Trim", "Substring", "StrPosition",
    "LimitOptions", "DataType", "DataTypeParam", "ColumnDef", "Interval", "IntervalSpan", "Var",
    "AtTimeZone", "Unnest", "Anonymous", "Distinct", "Window", "WindowSpec", "WithinGroup", "Filter",
    "Cube", "Rollup", "GroupingSets", "Values", "CurrentDate", "CurrentTimestamp", "Localtimestamp",
    "Lateral", "IgnoreNulls", "RespectNulls", "HexString", "UnicodeString", "ParseJSON", "JSONValue",
    "JSONExtract", "JSONExtractQuote", "OnCondition",
})  # fmt: skip


class _Parser(TrinoParser):
    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        **{name: TrinoParser.FUNCTION_PARSERS[name] for name in _KNOWN},
        "JSON_VALUE": lambda self: self._json_value(),
    }
    NO_PAREN_FUNCTIONS: ClassVar[dict[TokenType, Any]] = {
        TokenType.CURRENT_DATE: exp.CurrentDate,
        TokenType.CURRENT_TIMESTAMP: exp.CurrentTimestamp,
        TokenType.LOCALTIMESTAMP: exp.Localtimestamp,
    }

    def _json_value(self) -> exp.Expr:
        """Keep the path as it is written, which sqlglot would read in its own way."""
        value = self._parse_bitwise()
        path = self._match(TokenType.COMMA) and self._parse_bitwise()
        returning = self._match(TokenType.RETURNING) and self._parse_type()
        return exp.JSONValue(
            this=value, path=path, returning=returning, on_condition=self._parse_on_condition()
        )


class _Lake(Trino):
    Parser = _Parser


def parse(sql: str) -> tuple[exp.Query, dict[str, str]]:
    """Parse exactly one SELECT.

    Returns
    -------
    tuple
        The tree, and how stores were written whose names are no SQL (see `stores.cover`).

    Raises
    ------
    SqlError
        Not SQL (the message names line and column), or not one plain query.

    Examples
    --------
    >>> parse("SELECT eventName FROM $EDS_ID")[0].key
    'select'
    >>> parse("DROP TABLE events")
    Traceback (most recent call last):
    workbench.errors.SqlError: only SELECT runs here, this is DROP TABLE
    """
    _check_text(sql)
    text, written = cover(sql)
    try:
        tokens = _plain_rows(_Lake().tokenize(text))
        _check_tokens(tokens)
        trees = [tree for tree in _Lake().parser().parse(tokens, text) if tree is not None]
    except TokenError as error:
        raise SqlError(_unclosed(text, error)) from error
    except ParseError as error:
        raise SqlError(_explained(error, written)) from error
    except RecursionError as error:
        raise SqlError("the query is nested too deeply. Split it with WITH") from error
    return _only_query(trees), written


def _check_text(sql: str) -> None:
    if "\0" in sql:
        raise SqlError(
            f"line {sql[: sql.index(chr(0))].count(chr(10)) + 1}: the text has a NUL byte. Remove it"
        )
    if len(sql) > LONGEST:
        raise SqlError(f"the query has {len(sql):,} characters, at most {LONGEST:,} run. Split it")


def _plain_rows(tokens: list[Token]) -> list[Token]:
    """Tell ROW of FETCH and OFFSET from the type ROW(...), for which sqlglot takes every one."""
    for place, (token, after) in enumerate(zip_longest(tokens[:], tokens[1:])):
        opens = after is not None and after.token_type == TokenType.L_PAREN
        if token.token_type == TokenType.STRUCT and not opens:
            tokens[place] = Token(
                TokenType.ROWS, token.text, token.line, token.col, token.start, token.end, token.comments
            )
    return tokens


def _check_tokens(tokens: list[Token]) -> None:
    words = [token.text.upper() for token in tokens if token.token_type != TokenType.SEMICOLON]
    if not words:
        raise SqlError("the query is empty. Give one SELECT")
    if words[0] not in _QUERY_WORDS:
        name = " ".join(word for word in words[:2] if re.fullmatch(r"[A-Z_]+", word)) or words[0]
        raise SqlError(f"only SELECT runs here, this is {visible(name)[:60]}")
    for first, second in pairwise(tokens):
        if first.token_type == second.token_type == TokenType.FROM:
            raise SqlError(f"{_at(second)}FROM stands twice. Take one out")
        if first.token_type == TokenType.COMMA and second.token_type == TokenType.FROM:
            raise SqlError(f"{_at(first)}a comma stands before FROM. Take it out, or name a column")
        if second.text in _FOREIGN and second.token_type in (TokenType.EQ, TokenType.DCOLON):
            raise SqlError(f"{_at(second)}Trino has no {second.text}. Write {_FOREIGN[second.text]}")


def _at(token: Token) -> str:
    return f"line {token.line}, column {token.col - len(token.text) + 1}: "


def _only_query(trees: list[exp.Expr]) -> exp.Query:
    if len(trees) != 1:
        raise SqlError(f"one query runs at a time, these are {len(trees)}. Run them one by one")
    tree = trees[0]
    if not isinstance(tree, exp.Query):
        raise SqlError(f"only SELECT runs here, this is {tree.key.upper()}")
    for node in tree.walk():
        _check_node(node)
    return tree


def _check_node(node: exp.Expr) -> None:
    if isinstance(node, exp.ILike):
        raise SqlError("Trino has no ILIKE. Write lower(x) LIKE 'pattern in small letters'")
    if isinstance(node, exp.In) and not (node.expressions or node.args.get("query")):
        raise SqlError(f"{_words(node.this)} IN has no values in parentheses. Write IN ('a', 'b')")
    if type(node).__name__ not in _ALLOWED:
        raise SqlError(f"{_words(node)} is no part of a plain query. Take it out")
    if isinstance(node, exp.Table):
        _check_table(node)
    if isinstance(node, exp.Select) and (set(_present(node)) & {"into", "hint", "qualify", "sample", "kind"}):
        raise SqlError(f"{_words(node)} has a clause that no plain SELECT has. Take it out")
    if isinstance(node, exp.Lateral) and not isinstance(node.this, exp.Subquery):
        raise SqlError(f"{_words(node)}: of the table functions only UNNEST runs here")


def _check_table(table: exp.Table) -> None:
    if not isinstance(table.this, exp.Identifier):
        raise SqlError(f"{_words(table)}: of the table functions only UNNEST runs here. Name a store")
    foreign = set(_present(table)) - {"this", "db", "catalog", "alias", "joins"}
    if foreign:
        raise SqlError(f"{_words(table)}: {', '.join(sorted(foreign))} does not run here")


def _present(node: exp.Expr) -> list[str]:
    return [name for name, value in node.args.items() if value]


def _words(node: exp.Expr) -> str:
    """Name a part of a query by its first words."""
    try:
        text = node.sql(dialect="trino", unsupported_level=ErrorLevel.IGNORE)
    except (RecursionError, ValueError):
        text = node.key.upper()
    text = text.strip()
    return visible(text if len(text) <= 60 else text[:57] + "...")


def _explained(error: ParseError, written: Mapping[str, str]) -> str:
    first = error.errors[0]
    shown = str(first["highlight"] or "")[:60]
    context = f"{(first['start_context'] or '')[-30:]}{shown}{(first['end_context'] or '')[:30]}"
    for name, store in written.items():
        context, shown = context.replace(name, store), shown.replace(name, store)
    column = max(first["col"] - len(str(first["highlight"] or "")) + 1, 1)
    near = visible(" ".join(context.split()))
    fact = f"line {first['line']}, column {column}: unexpected {visible(shown)!r}"
    expected = _EXPECTED.match(first["description"] or "")
    if expected:
        shell = "; a shell replaces $NAME between double quotation marks" if "table" in expected[1] else ""
        return f"{fact} near: {near}. Expected: {visible(expected[1])}{shell}"
    return f"{fact} near: {near}.{_hint(near, shown)}"


def _hint(near: str, shown: str) -> str:
    grown = re.search(r"(\w{1,60}?)(ORDER BY|GROUP BY|WHERE|FROM|LIMIT)\b", near)
    if grown:
        return f" A blank is missing: {grown[1]} {grown[2]}?"
    if shown in ("=", "<", ">", "<=", ">=", "<>", "!=", "LIKE", "IN") and " WHERE " not in near.upper():
        return " Is WHERE missing?"
    if shown.upper() in ("SELECT", "WITH"):
        return " Two queries without ; between them?"
    return " Is a keyword or a comma missing before it?"


def _unclosed(text: str, error: TokenError) -> str:
    found = re.search(r"from (\d+):(\d+)|line (\d+), col (\d+)", str(error))
    where = f"line {found[1] or found[3]}" if found else f"line {text.count(chr(10)) + 1}"
    return f"{where}: a text, name or comment has no end. Close the quotation mark or the comment"
