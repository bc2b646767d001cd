"""Every table of a query: a store of the case, a WITH of the query, or refused."""

from collections.abc import Mapping

from sqlglot import exp

from workbench.errors import SqlError, visible
from workbench.queries.aws_sql.stores import kind_of, of_accounts
from workbench.queries.aws_sql.views import view_of


def bind(tree: exp.Query, written: Mapping[str, str], dialect: str, bound: Mapping[str, str]) -> None:
    """Name the view of the case in place of each store, in the tree itself.

    Parameters
    ----------
    tree
        A query as `parsing.parse` gives it.
    written
        How stores were written whose names are no SQL.
    dialect
        `lake` or `athena`.
    bound
        What `stores.bindings` gave.

    Raises
    ------
    SqlError
        A table is no store.

    Examples
    --------
    >>> from workbench.queries.aws_sql.parsing import parse
    >>> bind(*parse("SELECT * FROM payroll"), "lake", {})
    Traceback (most recent call last):
    workbench.errors.SqlError: no event data store named payroll in this case. Bind it: ...
    """
    for table in list(tree.find_all(exp.Table)):
        if not table.db and _is_with(table):
            continue
        name = written.get(table.name, table.name)
        kind = kind_of(name, bool(table.db), dialect, bound)
        if kind is None:
            shown = visible(
                ".".join(part.name for part in table.parts[:-1]) + "." + name if table.db else name
            )
            raise SqlError(
                f"no event data store named {shown} in this case. Bind it: --store {visible(name)}=cloudtrail"
            )
        kind, accounts = of_accounts(kind)
        _replace(table, view_of(kind, dialect))
        if accounts:
            _narrow(table, name, accounts)


def _replace(table: exp.Table, view: str) -> None:
    """Name the view in full, which no WITH can take the place of; columns may say the written one."""
    if not table.alias:
        table.set("alias", exp.TableAlias(this=table.this.copy()))
    table.set("this", exp.to_identifier(view, quoted=True))
    table.set("db", exp.to_identifier("main"))
    table.set("catalog", exp.to_identifier("temp"))


def _narrow(table: exp.Table, name: str, accounts: list[str]) -> None:
    """Let the store hold the rows of these accounts alone."""
    if table.this.name == view_of("config", "athena"):
        raise SqlError(f"the files of awsconfig are of no one account. Bind {visible(name)} to config alone")
    alias = table.args["alias"].pop()
    rows = exp.select("*").from_(table.copy())
    of_them = exp.column("recipientAccountId").isin(*accounts)
    joins, laterals = table.args.get("joins"), table.args.get("laterals")
    table.replace(exp.Subquery(this=rows.where(of_them), alias=alias, joins=joins, laterals=laterals))


def _is_with(table: exp.Table) -> bool:
    """Tell whether a name is that of a WITH whose query can be read where the table stands."""
    inside: exp.Expr | None = None
    node: exp.Expr | None = table
    while node is not None:
        if isinstance(node, exp.CTE):
            inside = node
        for cte in _readable(node, inside):
            if cte.alias.lower() == table.name.lower():
                return True
        node = node.parent
    return False


def _readable(node: exp.Expr, inside: exp.Expr | None) -> list[exp.CTE]:
    """List the entries of a query's WITH: inside an entry, those before it, and itself when recursive."""
    with_ = node.args.get("with_")
    if not isinstance(with_, exp.With):
        return []
    entries = list(with_.expressions)
    if inside is None or inside.parent is not with_:
        return entries
    place = next(number for number, entry in enumerate(entries) if entry is inside)
    return entries[: place + bool(with_.args.get("recursive"))]
