"""One exception tree. A message states the fact, the place and the remedy.

Bad evidence is data: it becomes a row with a reason and raises nothing. Only a wrong call raises.
"""


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


class SqlError(WorkbenchError):
    """A query was refused, or failed while it ran."""


class ParameterError(WorkbenchError, ValueError):
    """An argument has a value that the function or the notebook does not know."""


class ChartError(WorkbenchError, ValueError):
    """A chart was asked of a table or graph that it cannot show."""


class NotebookError(WorkbenchError):
    """A notebook stopped with an error while it ran; the message names the cell."""
