"""From a case to a page in one call: run the notebooks, then write them as one file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.briefing.export import export_html
from workbench.briefing.runs import known_parameters, read_notebook, run
from workbench.errors import CaseError, ParameterError


def write_briefing(
    case: str | Path,
    output: str | Path,
    notebooks: Sequence[str | Path],
    *,
    parameters: Mapping[str, Any] | None = None,
    as_of: str | dt.datetime = "",
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Run notebooks on a case and write one offline HTML file.

    Parameters
    ----------
    case : path
        The case folder.
    output : path
        The HTML file.
    notebooks : sequence of paths
        In the order they run; the briefing comes last, since it shows what the others noted. The run
        notebooks are kept in ``CASE/reports/notebooks``.
    parameters : mapping, optional
        Each goes to every notebook that knows it.
    as_of : str or datetime
        The time the briefing speaks of (UTC); empty: the last event's.
    progress : callable, optional
        Called with what comes next, in words: each notebook, then the page.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    ParameterError
        A parameter that none of the notebooks knows; nothing was run.
    CaseError
        `case` is no case.
    NotebookError
        A cell raised an error.

    Notes
    -----
    The journal of the case (``custody.jsonl``) notes the page and its SHA-256.
    """
    folder, sources = Path(case), [Path(notebook) for notebook in notebooks]
    if not (folder / "case.duckdb").is_file():
        raise CaseError(f"no case in {folder}. Load a trail first: workbench load {folder} FOLDER")
    known = {source: set(known_parameters(read_notebook(source))) for source in sources}
    given = dict(parameters or {})
    unknown = sorted(set(given) - set().union(*known.values()))
    if unknown:
        listed = ", ".join(sorted(set().union(*known.values()))) or "none"
        raise ParameterError(f"no notebook knows the parameter {', '.join(unknown)}. Known: {listed}")
    kept, made = folder / "reports" / "notebooks", []
    for place, source in enumerate(sources, start=1):
        if progress is not None:
            progress(f"notebook {place} of {len(sources)}: {source.name}")
        fitting = {name: value for name, value in given.items() if name in known[source]}
        moment = as_of if "as_of" in known[source] else None
        made.append(run(source, kept / source.name, case=folder, parameters=fitting, as_of=moment))
    if progress is not None:
        progress(f"writing {output}")
    return export_html(made, output, case=folder)
