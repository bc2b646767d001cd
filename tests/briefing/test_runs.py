"""Running a notebook: parameters are checked first, errors name the cell, the interpreter is this one."""

import json
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.briefing.books import PARAMETERS, code, text, write
from workbench import briefing
from workbench.briefing.runs import checked, known_parameters, read_notebook
from workbench.errors import NotebookError, ParameterError


def book(folder: Path, *cells: Any) -> Path:
    return write(folder / "a.ipynb", code(PARAMETERS, "parameters"), *cells)


def outputs_of(path: Path) -> str:
    return json.dumps([cell.get("outputs", []) for cell in nbformat.read(path, as_version=4).cells])


def test_parameters_reach_the_notebook(tmp_path: Path) -> None:
    notebook = book(tmp_path, code("print([top + 1, as_of, case])"))
    output = tmp_path / "new" / "out.ipynb"
    run = briefing.run(notebook, output, case=tmp_path, parameters={"top": "20"}, as_of="2026-09-02")
    assert f"[21, '2026-09-02', '{tmp_path}']" in outputs_of(run)


def test_an_unknown_parameter_is_refused_before_anything_runs(tmp_path: Path) -> None:
    notebook = book(tmp_path, code("open('ran', 'w')"))
    told = r"a\.ipynb knows no parameter nonsense\. Its parameters: as_of, case, top"
    with pytest.raises(ParameterError, match=told):
        briefing.run(notebook, tmp_path / "out.ipynb", case=tmp_path, parameters={"nonsense": 1})
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "out.ipynb").exists()


def test_a_notebook_without_parameters_takes_no_case(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="no cell of it is tagged parameters"):
        briefing.run(write(tmp_path / "a.ipynb", code("1")), tmp_path / "out.ipynb", case=tmp_path)


@pytest.mark.parametrize(
    ("own", "given", "typed"),
    [
        (15, "20", 20),
        (1.5, "2", 2.0),
        (True, "false", False),
        ("", "20", "20"),
        (["a"], "['b']", ["b"]),
        (15, 20, 20),
    ],
)
def test_text_becomes_the_type_of_the_notebooks_own_value(own: object, given: object, typed: object) -> None:
    assert checked({"x": given}, {"x": own}, "a") == {"x": typed}


WRONG = [(15, "many"), (15, "True"), (True, "1"), (1.5, "x"), (["a"], "b")]


@pytest.mark.parametrize(("own", "given"), WRONG)
def test_text_of_another_type_is_refused(own: object, given: str) -> None:
    with pytest.raises(ParameterError, match="parameter x"):
        checked({"x": given}, {"x": own}, "a")


def test_annotated_and_computed_parameters_are_known(tmp_path: Path) -> None:
    notebook = write(tmp_path / "a.ipynb", code("a: int = 1\nb = c = [1]\nd = len('x')", "parameters"))
    assert known_parameters(read_notebook(notebook)) == {"a": 1, "b": [1], "c": [1], "d": None}


def test_an_error_names_notebook_and_cell_and_the_output_is_kept(tmp_path: Path) -> None:
    notebook = book(tmp_path, text("# A"), code("print('before')"), code("1 / 0\n"))
    told = r"a\.ipynb stopped in cell c04 \(1 / 0\): ZeroDivisionError"
    with pytest.raises(NotebookError, match=told) as caught:
        briefing.run(notebook, tmp_path / "out.ipynb", case=tmp_path)
    assert str(tmp_path / "out.ipynb") in str(caught.value)
    assert "before" in outputs_of(tmp_path / "out.ipynb")


def test_an_error_message_cannot_steer_a_terminal(tmp_path: Path) -> None:
    notebook = book(tmp_path, code(r"raise ValueError('\x1b[2J')"))
    with pytest.raises(NotebookError) as caught:
        briefing.run(notebook, tmp_path / "out.ipynb", case=tmp_path)
    assert "\x1b" not in str(caught.value)


def test_the_kernel_is_this_interpreter_whatever_python3_means_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "jupyter" / "kernels" / "python3"
    other.mkdir(parents=True)
    spec = {"argv": ["/nonexistent/python", "{connection_file}"], "display_name": "x", "language": "python"}
    (other / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    notebook = book(tmp_path, code("import sys; print(sys.executable)"))
    assert sys.executable in outputs_of(briefing.run(notebook, tmp_path / "out.ipynb", case=tmp_path))


def test_a_run_notebook_tells_what_was_run_and_not_the_whole_input(tmp_path: Path) -> None:
    notebook = write(tmp_path / "a.ipynb", code(PARAMETERS, "parameters"))
    run = nbformat.read(briefing.run(notebook, tmp_path / "out.ipynb", case=tmp_path / "acme"), as_version=4)
    assert run.metadata.workbench.notebook == "a.ipynb"
    assert run.metadata.workbench.case == "acme"
    assert len(run.metadata.workbench.sha256) == 64
    assert run.metadata.papermill.input_path == "a.ipynb"


def test_a_path_with_braces(tmp_path: Path) -> None:
    folder = tmp_path / "{case}"
    folder.mkdir()
    notebook = write(folder / "{a}.ipynb", code(PARAMETERS, "parameters"))
    assert briefing.run(notebook, folder / "{out}.ipynb", case=tmp_path).is_file()


@pytest.mark.parametrize("content", [None, "not json", '{"a": 1}', "[]"])
def test_what_is_no_notebook_is_a_parameter_error(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "a.ipynb").write_text(content)
    with pytest.raises(ParameterError, match=r"a\.ipynb"):
        briefing.run(tmp_path / "a.ipynb", tmp_path / "out.ipynb", case=tmp_path)


def test_a_process_that_dies_is_a_notebook_error(tmp_path: Path) -> None:
    notebook = book(tmp_path, code("print('before', flush=True)"), code("import os; os._exit(9)"))
    with pytest.raises(NotebookError, match=r"a\.ipynb: its Python process ended"):
        briefing.run(notebook, tmp_path / "out.ipynb", case=tmp_path)
    assert "before" in outputs_of(tmp_path / "out.ipynb")


def test_a_notebook_is_written_when_it_has_ended_and_not_with_each_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import papermill.iorw

    written: list[str] = []
    monkeypatch.setattr(papermill.iorw.papermill_io, "write", lambda text, path, **_: written.append(text))
    notebook = book(tmp_path, *(code(f"print({number})") for number in range(6)))
    briefing.run(str(notebook), str(tmp_path / "out.ipynb"), case=str(tmp_path))
    assert 1 <= len(written) <= 3
    assert "5\\n" in written[-1]
