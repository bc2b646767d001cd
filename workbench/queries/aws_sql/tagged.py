"""The store of events whose context has rebuilt tags: queries on `eventContext.tagContext`, on any trail."""

from typing import TYPE_CHECKING

from workbench.queries.aws_sql.views import show_events_of, view_of
from workbench.queries.tags.asof import known_spans, tags_of_rows, with_context
from workbench.queries.tags.timelines import as_table

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

KIND = "tagged"
_SPANS, _EVENTS = "tag spans", "events with tags"


def show_tagged(con: "Backend") -> None:
    """Make the views of the store; what is said of tags is read each time, so they follow what is loaded.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from tests.builders import case, event
    >>> con = case(mkdtemp(), event())
    >>> show_tagged(con)
    >>> con.con.execute('SELECT count(*) FROM "lake tagged"').fetchone()
    (1,)
    """
    events = con.table("events")
    found = known_spans(events)
    con.con.register("new tag spans", as_table(found))
    con.con.execute(f'CREATE OR REPLACE TEMP TABLE "{_SPANS}" AS SELECT * FROM "new tag spans"')  # noqa: S608
    con.con.unregister("new tag spans")
    known = con.table(_SPANS, database=("temp", "main"))
    told = with_context(events, *tags_of_rows(events, found, known))
    con.con.execute(f'CREATE OR REPLACE TEMP VIEW "{_EVENTS}" AS {con.compile(told)}')
    show_events_of(con, KIND, f'"{_EVENTS}"')


def asks_for_tags(text: str, dialect: str) -> bool:
    """Tell whether a translated query reads the store.

    Examples
    --------
    >>> asks_for_tags('SELECT 1 FROM "temp"."main"."lake tagged"', "lake")
    True
    """
    return f'"{view_of(KIND, dialect)}"' in text
