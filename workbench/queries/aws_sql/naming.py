"""The names of a result's columns, as Trino gives them.

References
----------
https://trino.io/docs/current/sql/select.html
"""

from sqlglot import exp


def name_columns(tree: exp.Query) -> None:
    """Give every unnamed column of every SELECT its name, in the tree itself.

    Examples
    --------
    >>> from workbench.queries.aws_sql.parsing import parse
    >>> tree = parse("SELECT a.B.c, count(*), x AS y, Name FROM t")[0]
    >>> name_columns(tree)
    >>> [column.alias_or_name for column in tree.selects]
    ['c', '_col1', 'y', 'Name']
    """
    for select in tree.find_all(exp.Select):
        named = [_named(node, place) for place, node in enumerate(select.expressions)]
        select.set("expressions", named)


def _named(node: exp.Expr, place: int) -> exp.Expr:
    if isinstance(node, exp.Alias) or node.is_star:
        return node
    name = node.name if isinstance(node, (exp.Column, exp.Dot)) else f"_col{place}"
    return exp.Alias(this=node, alias=exp.to_identifier(name, quoted=True))
