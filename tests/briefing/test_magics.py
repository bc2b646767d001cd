"""`%%lake` and `%%athena` in a notebook, run by a real kernel."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.builders import case, event

OPEN = "import workbench as wb\ncon = wb.open_case({!r}, read_only=True)\n%load_ext workbench"
CELLS = [
    "%%lake names\nSELECT eventName, count(*) AS n\nFROM $EDS_ID GROUP BY 1",
    "names.filter(names.n > 1).execute().to_dict('records')",
    "%%athena --case other --store payroll=cloudtrail\nSELECT eventtime FROM payroll LIMIT 1",
    "%%lake\nSELECT wrong FROM $EDS_ID",
    "%%lake\nSELECT 1 / (length(eventName) - length(eventName)) FROM $EDS_ID",
    "%%lake --case nothing\nSELECT 1",
    "%%lake --store payroll\nSELECT 1",
    "%%lake a b\nSELECT 1",
    "%%lake\nSELECT eventName FROM $EDS_ID WHERE eventName = 'GetObject' LIMIT 1;",
    "_.count().execute() + 41",
    "names",
]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> list[list[dict]]:
    """What each cell showed."""
    place = tmp_path_factory.mktemp("magics")
    case(place, event(eventName="GetObject"), event(eventName="GetObject"), event()).disconnect()
    first = OPEN.format(str(place / "case")) + "\nother = con"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in [first, *CELLS]])
    client = NotebookClient(notebook, allow_errors=True, kernel_name="python3", timeout=120)
    client.execute(cwd=str(Path.cwd()))
    return [cell.outputs for cell in notebook.cells[1:]]


def shown(outputs: list[dict]) -> str:
    return " ".join(str(one.get("data", one.get("text", ""))) for one in outputs)


def test_a_cell_shows_its_rows_and_keeps_a_lazy_table(ran: list[list[dict]]) -> None:
    assert "GetObject" in shown(ran[0])
    assert "[{'eventName': 'GetObject', 'n': 2}]" in shown(ran[1])


def test_an_answer_is_shown_once_with_what_was_asked(ran: list[list[dict]]) -> None:
    for answer in (ran[0], ran[8]):
        (only,) = answer
        assert "DatabaseTable" not in str(only)
    assert "FROM $EDS_ID WHERE eventName = 'GetObject'" in str(ran[8])


def test_the_value_of_a_cell_is_the_table_and_others_are_shown_as_ever(ran: list[list[dict]]) -> None:
    assert "42" in shown(ran[9])
    assert "DatabaseTable" in shown(ran[10])


def test_another_case_dialect_and_store(ran: list[list[dict]]) -> None:
    assert "Z" in shown(ran[2])
    assert not [one for one in ran[2] if one["output_type"] == "error"]


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (3, "line 1, column 8: no column wrong"),
        (4, "division by zero"),
        (5, "nothing is no open case"),
        (6, "payroll is not ID=KIND"),
        (7, "unrecognized arguments: b"),
    ],
)
def test_an_error_is_one_line(ran: list[list[dict]], place: int, says: str) -> None:
    told = shown(ran[place])
    assert "UsageError" in told
    assert says in told
    assert "Traceback" not in told
