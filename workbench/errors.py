"""One exception tree. A message states the fact, the place and the remedy.

Bad evidence is data: it becomes a row with a reason and raises nothing. Only a wrong call raises.
"""

import re


class WorkbenchError(Exception):
    """Base of every error the workbench raises on purpose.

    Examples
    --------
    >>> issubclass(CaseError, WorkbenchError)
    True
    """


class EvidenceError(WorkbenchError):
    """The evidence named in a call cannot be used at all: no such path, nothing to read."""


class CaseError(WorkbenchError):
    """A case folder is missing, empty, locked, full, or not a case."""


class NotFoundError(WorkbenchError, LookupError):
    """What was asked for is not in the case."""


class SqlError(WorkbenchError):
    """A query was refused, or failed while it ran."""


class ParameterError(WorkbenchError, ValueError):
    """An argument has a value that the function or the notebook does not know."""


class ChartError(WorkbenchError, ValueError):
    """A chart was asked of a table or graph that it cannot show."""


class NotebookError(WorkbenchError):
    """A notebook stopped with an error while it ran; the message names the cell."""


_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: object) -> str:
    r"""Return `text` with every character that hides, reorders or steers spelled out.

    Names and values in evidence are written by attackers. An escape code must not reach a terminal and a
    bidirectional override must not reorder a page, but stripping either would delete evidence.

    Examples
    --------
    >>> print(visible("a\x1b[31mb\u202ec"))
    a\x1b[31mb\u202ec
    >>> print(visible("tab\tand\nline"))
    tab\tand\nline
    """
    return _HIDDEN.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), str(text))
