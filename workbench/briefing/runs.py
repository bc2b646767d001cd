"""Run a notebook on a case, with its parameters checked before anything runs."""

from __future__ import annotations

import ast
import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.briefing.places import places_of
from workbench.errors import NotebookError, ParameterError, visible

if TYPE_CHECKING:
    from nbformat import NotebookNode


def run(
    notebook: str | Path,
    output: str | Path,
    *,
    case: str | Path,
    parameters: Mapping[str, Any] | None = None,
    as_of: str | dt.datetime | None = None,
) -> Path:
    """Run a notebook on a case with papermill and keep the result.

    Parameters
    ----------
    notebook, output : path
        The notebook to run, and where the run notebook goes.
    case : path
        The case folder; the notebook's parameter ``case``.
    parameters : mapping, optional
        Further parameters of the notebook. Text is turned into the type of the notebook's own value.
    as_of : str or datetime, optional
        The time the notebook speaks of (UTC); its parameter ``as_of``.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    ParameterError
        No such notebook, or a parameter it does not know; nothing was run.
    NotebookError
        A cell raised an error; the output up to there is kept in `output`.
    """
    source, target = Path(notebook), Path(output)
    node = read_notebook(source)
    given = dict(parameters or {}) | {"case": str(Path(case).resolve())}
    if as_of:
        given["as_of"] = as_of if isinstance(as_of, str) else as_of.isoformat()
    values = checked(given, known_parameters(node), source.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    node.metadata["workbench"] = {
        "notebook": source.name,
        "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
        "case": Path(case).resolve().name,
        "places": places_of(Path(case)),
    }
    _execute(node, target, values, source)
    return target


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook file.

    Raises
    ------
    ParameterError
        There is no such file, or it is not a notebook.
    """
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except OSError as error:
        raise ParameterError(f"no notebook {path}: {error.strerror}") from error
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, AttributeError, KeyError) as error:
        raise ParameterError(f"{path} is not a Jupyter notebook (.ipynb, format 4)") from error


def known_parameters(node: NotebookNode) -> dict[str, Any]:
    """Return name and value of each parameter: the assignments in the cell tagged ``parameters``.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cell = new_code_cell('case = "here"\\ntop = 15', metadata={"tags": ["parameters"]})
    >>> known_parameters(new_notebook(cells=[cell]))
    {'case': 'here', 'top': 15}
    """
    found: dict[str, Any] = {}
    for cell in node.cells:
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", []):
            for line in ast.parse(cell.source).body:
                found |= _assigned(line)
    return found


def _assigned(line: ast.stmt) -> dict[str, Any]:
    targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    try:
        value = ast.literal_eval(line.value)  # type: ignore[attr-defined]  # a line without a value has no name
    except (ValueError, AttributeError):
        value = None
    return dict.fromkeys(names, value)


def checked(given: Mapping[str, Any], known: Mapping[str, Any], notebook: str) -> dict[str, Any]:
    """Return the parameters in the types of the notebook's own values.

    Raises
    ------
    ParameterError
        A name the notebook does not know, or text that is not a value of the right type.

    Examples
    --------
    >>> checked({"top": "20"}, {"case": "", "top": 15}, "01_triage.ipynb")
    {'top': 20}
    """
    unknown = sorted(set(given) - set(known))
    if unknown:
        listed = ", ".join(sorted(known)) or "none: no cell of it is tagged parameters"
        raise ParameterError(f"{notebook} knows no parameter {', '.join(unknown)}. Its parameters: {listed}")
    return {name: _typed(name, value, known[name]) for name, value in given.items()}


def _typed(name: str, value: Any, own: Any) -> Any:
    if not isinstance(value, str) or isinstance(own, str) or own is None:
        return value
    try:
        typed = ast.literal_eval(value.title() if isinstance(own, bool) else value)
    except (ValueError, SyntaxError):
        typed = value
    if isinstance(own, float) and type(typed) is int:
        typed = float(typed)
    if type(typed) is type(own):
        return typed
    raise ParameterError(f"parameter {name}: {value!r} is no {type(own).__name__} like {own!r}")


def _execute(node: NotebookNode, target: Path, values: dict[str, Any], source: Path) -> None:
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from workbench.briefing.kernel import InterpreterKernel  # registers the engine, too

    try:
        papermill.execute_notebook(
            node,
            str(target).replace("{", "{{").replace("}", "}}"),  # papermill fills braces in with parameters
            parameters=values,
            engine_name="workbench",
            kernel_name="python3",
            language="python",
            kernel_manager_class=InterpreterKernel,
            progress_bar=False,
            cwd=str(source.resolve().parent),
            store_widget_state=False,
        )
    except PapermillExecutionError as error:
        raise NotebookError(
            f"{source.name} stopped in cell {_cell_name(node, error.cell_index, error.source)}: "
            f"{error.ename}: {visible(error.evalue)}. The output up to there is kept in {target}"
        ) from error
    except (DeadKernelError, RuntimeError) as error:
        raise NotebookError(
            f"{source.name}: its Python process ended ({visible(error)}), as when memory runs out. "
            f"The output up to there is kept in {target}"
        ) from error


def _cell_name(node: NotebookNode, index: int, text: str) -> str:
    own = next((cell for cell in node.cells if cell.source == text), None)
    first = text.strip().split("\n")[0][:60]
    return f"{own.id} ({first})" if own is not None and "id" in own else f"{index + 1} ({first})"
