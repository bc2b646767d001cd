"""Who was it really: each caller back to whoever started its chain of credentials.

An answer is computed from the delivered events only, for the whole table at once, and does not depend on the
order of files or rows. Where to look:

`model`
    The words (confidence, reasons) and the plain data.
`facts`
    What is read of the events: distinct callers, issued credentials, what else binds them.
`evidence`
    That, filed under what it can be looked up by.
`ends`, `linking`, `validity`
    One hop: callers that are ends themselves; what a session rests on, rule by rule; how long it works.
`chains`, `kept`
    Hops put together, as sure as the weakest; kept for the next question, while the case stays as it is.
`lineage`, `blast`, `standing`, `denials`
    Who made what; what a key or session led to; what of it still works, and which policies deny it.
`identifiers`
    What an identifier from a log line is, and which callers it stands for.
`ledger`, `origins`, `who`, `telling`
    The answers: a row per session, each event with its origin, the hops behind one identifier, in words too.
"""

from workbench.queries.attribution.blast import blast_radius
from workbench.queries.attribution.ledger import role_sessions
from workbench.queries.attribution.lineage import lineage
from workbench.queries.attribution.model import CONFIDENCES, REASONS
from workbench.queries.attribution.origins import with_origin
from workbench.queries.attribution.who import who_is_behind

__all__ = [
    "CONFIDENCES",
    "REASONS",
    "blast_radius",
    "lineage",
    "role_sessions",
    "who_is_behind",
    "with_origin",
]
