"""Ready queries: questions that every investigation asks, written in Lake's and Athena's SQL.

Each is one `.sql` file of this folder: a header of comments that says what it answers, then the query as it
would run on AWS, with `:name` where a value belongs. Where to look:

`headers`
    The header of a file into a `Query`.
`finding`
    The catalogue itself: all queries, one by its name, those that match some words.
`filling`
    Values for the places in a query: checked, and written as literals of SQL.
`asking`
    A query by its name, answered as a lazy table.
"""

from workbench.queries.catalogue.asking import run
from workbench.queries.catalogue.filling import fill
from workbench.queries.catalogue.finding import find, query
from workbench.queries.catalogue.headers import Parameter, Query

__all__ = ["Parameter", "Query", "fill", "find", "query", "run"]
