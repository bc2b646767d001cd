"""AWS SQL: CloudTrail Lake and Athena queries run as they were written, on the events of a case.

The way of a query, and where to look:

`parsing`
    The text into a tree; what is not one plain SELECT is refused.
`stores`, `binding`, `views`
    Names of event data stores; every table is one of them; the columns AWS shows of it.
`others`, `tagged`, `listing`
    Stores that are made from another shape, and that of rebuilt tags; which stores a case has, with columns.
`functions`, and by what they work on `texts`, `times`, `lists`, `jsons`, `arithmetic`, `addresses`
    Calls that Trino knows, said in DuckDB's words, each beside the macros it needs.
`dialects`, `known`, `masks`, `macros`, `trees`
    Operators and types, types told by how a tree is written, patterns in literals, the macros of a
    connection, and pieces of trees.
`naming`
    Columns of the result are named as AWS names them.
`running`, `failing`
    The query becomes a lazy table, an error of the engine a sentence with its place.
`locking`
    A connection that may do nothing but read its case, for queries of others.
"""

from workbench.queries.aws_sql.listing import ListedStore, list_stores
from workbench.queries.aws_sql.locking import lock
from workbench.queries.aws_sql.running import is_ordered, run_sql

__all__ = ["ListedStore", "is_ordered", "list_stores", "lock", "run_sql"]
