"""Notebooks are clean in git, follow one skeleton, and run on a full, a real and an unlucky case."""

import atexit
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import nbformat
import pytest
from ibis import BaseBackend
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import workbench as wb
from tests.builders import case, event
from tests.tidy_notebooks import as_text, tidy
from workbench.events import case_folder
from workbench.simulation import write_sample

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path, kind: str = "code") -> list[dict]:
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == kind]


def tagged(path: Path, tag: str) -> list[dict]:
    return [c for c in nbformat.read(path, as_version=4).cells if tag in c.metadata.get("tags", [])]


def test_there_are_notebooks() -> None:
    expected = {
        "00_coverage",
        "01_triage",
        "02_access_key",
        "03_role_session",
        "04_privilege_escalation",
        "05_persistence",
        "06_cross_account",
        "07_console_login",
        "08_s3_exfiltration",
        "10_secrets",
        "12_log_tampering",
        "13_change_and_drift",
        "14_access_and_tags",
        "15_briefing",
        "20_sql_console",
    }
    assert expected <= {path.stem for path in NOTEBOOKS}


@each_notebook
def test_committed_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert text == as_text(tidy(json.loads(text))), "run `make tidy`"


def test_tidying_removes_what_a_run_leaves_behind() -> None:
    ran = {
        "cell_type": "code",
        "id": "8f3a",
        "metadata": {"tags": ["parameters"], "papermill": {"duration": 1.5}},
        "execution_count": 7,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "secret"}],
        "source": "a = 1\nb = 2\n",
    }
    (cell,) = tidy({"cells": [ran]})["cells"]
    assert cell["outputs"] == []
    assert cell["execution_count"] is None
    assert (cell["id"], cell["metadata"]) == ("c01", {"tags": ["parameters"]})
    assert cell["source"] == ["a = 1\n", "b = 2"]


@each_notebook
def test_skeleton(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[0].source.startswith("# ")
    assert len(tagged(path, "parameters")) == 1
    assert {"case", "as_of"} <= set(re.findall(r"^(\w+) =", tagged(path, "parameters")[0].source, re.M))


@each_notebook
def test_a_notebook_calls_and_explains_but_defines_nothing(path: Path) -> None:
    for cell in cells(path):
        assert not re.search(r"^\s*(def|class|async def)\s", cell.source, re.M)
        assert len(cell.source.splitlines()) <= 12, cell.source


def closed(con: BaseBackend) -> Path:
    """Close a case so that a notebook can open it; return its folder."""
    folder = case_folder(con)
    con.disconnect()
    return folder


@contextmanager
def own_shell() -> Iterator[InteractiveShell]:
    """Give a shell that leaves no thread, no history and none of what its cells made.

    IPython keeps each shell until the process ends, with a thread that saves what was typed.
    """
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    try:
        yield shell
    finally:
        if "con" in shell.user_ns:
            shell.user_ns["con"].disconnect()
        shell.atexit_operations()
        shell.restore_sys_module_state()
        atexit.unregister(shell.atexit_operations)


@cache
def run_in_process(path: Path, folder: Path, **parameters: str) -> list[str]:
    """Run a notebook's code cells in one namespace, as a kernel would; return what it displayed.

    On one case a notebook runs once, however many tests look at what it showed and noted: it says the same.
    """
    from IPython.utils.capture import capture_output

    shown: list[str] = []
    with own_shell() as shell:
        shell.user_ns["display"] = lambda *things: shown.extend(
            shell.display_formatter.format(thing)[0]["text/plain"] for thing in things
        )
        for cell in cells(path):
            with capture_output() as captured:
                result = shell.run_cell(cell.source)
            result.raise_error()
            if "parameters" in cell.metadata.get("tags", []):
                shell.user_ns |= {"case": str(folder), **parameters}
            shown += [captured.stdout, *map(str, captured.outputs), str(result.result)]
    return shown


TOLD = ("01_triage", "14_access_and_tags", "15_briefing")


@pytest.fixture(scope="module")
def told_folder(sample_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample case: the first of `TOLD` note findings, and the briefing reads no others."""
    own = tmp_path_factory.mktemp("told") / "case"
    return Path(shutil.copytree(sample_case, own, ignore=shutil.ignore_patterns("findings.jsonl")))


@pytest.fixture(scope="module")
def told_case(root: Path, told_folder: Path) -> tuple[str, str]:
    """What triage and the briefing show of the sample, the tables and lines as text."""
    triage, _, briefing = (run_in_process(root / f"notebooks/{name}.ipynb", told_folder) for name in TOLD)
    return "\n".join(triage), "\n".join(briefing)


@each_notebook
def test_runs_on_the_sample_case(path: Path, request: pytest.FixtureRequest) -> None:
    if path.stem in TOLD:  # other tests look at what these show and note
        assert all(request.getfixturevalue("told_case"))
    else:
        assert run_in_process(path, request.getfixturevalue("sample_case"))


def test_the_findings_tell_the_planted_intrusion(root: Path, sample: Path, told_folder: Path) -> None:
    run_in_process(root / "notebooks/01_triage.ipynb", told_folder)
    con = wb.open_case(told_folder, read_only=True)
    noted = [one for one in wb.briefing.findings(con) if (one.key or "").startswith("01_triage")]
    con.disconnect()
    found = [one for one in noted if one.found]
    steps = json.loads((sample / "truth.json").read_text())["intrusion"]["steps"]
    guilty = {name for step in steps for name in step["events"]}
    cited = {name for one in found for name in one.event_ids}
    surest = [name for one in found if one.confidence in ("certain", "high") for name in one.event_ids]
    assert sum(bool(cited & set(step["events"])) for step in steps) == len(steps)
    assert len(cited & guilty) >= 0.85 * len(guilty)
    assert len(set(surest) & guilty) >= 0.95 * len(set(surest))
    assert len(found) <= 10, "a briefing that says everything says nothing"


def line_of(text: str, label: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"{label}: "))


def test_the_briefing_leads_from_the_first_alert_to_the_damage(told_case: tuple[str, str]) -> None:
    _, text = told_case
    assert line_of(text, "First alert").startswith("First alert: 2026-03-06 19:41:00 UTC: ")
    assert line_of(text, "Who").startswith("Who: user ci-artifact-uploader (444455556666), certain, high: ")
    assert "AIDA6RU73QDQYI4RLTCVN (999988887777), not proven: 1 call since 2026-03-07" in line_of(text, "Who")
    assert "tomas.keller" in text, "who signed in without MFA: as sure, and not the first"
    roles = ("user ci-artifact-uploader", "role ci-build", "role app-deploy", "role deploy-record-writer")
    places = [line_of(text, "Path").index(role) for role in roles]
    assert places == sorted(places)
    assert "github-actions" not in line_of(text, "Path"), "pipelines that take the same roles every day"
    taken = line_of(text, "Taken")
    assert "36 objects of nordwind-prod-customer-exports, by user svc-reporting" in taken
    assert "11 secrets: prod/" in taken
    assert "CreateAccessKey (svc-reporting)" in line_of(text, "Made or changed")
    assert "StopLogging (trail/org-trail)" in line_of(text, "Tried in vain")
    handed = line_of(text, "Handed on")
    assert "access key of user svc-reporting: AKIAU3HHASRZUXP55RUY" in handed
    assert "trust of role support-readonly (333344445555)" in handed, "by which the outside account came in"
    assert "access key used: AKIAWO645SY5MH6GRDSV" in line_of(text, "Still open")
    assert "support-readonly, account 333344445555" in line_of(text, "Still open")
    assert "and written anew since" in line_of(text, "Still open")
    assert "AKIAU3HHASRZUXP55RUY" not in line_of(text, "Still open"), "the intruder deleted that one"
    assert "--access-key-id AKIAWO645SY5MH6GRDSV --status Inactive" in line_of(text, "Do first")
    assert "account 999988887777 cannot be told" in line_of(text, "Not known")
    assert "None was refused." in text


def test_triage_starts_with_the_alerts_of_the_intruder(told_case: tuple[str, str]) -> None:
    text, _ = told_case
    alerts = text[text.index("\nAlerts of medium severity or more\n") :].splitlines()[3:]
    assert all("user ci-artifact-uploader" in row for row in alerts[:2])
    people = text[text.index("\nPeople and machines, whom to look at first\n") :].splitlines()[3:]
    guilty = ("user ci-artifact-uploader", "role support-readonly", "user svc-reporting", "AIDA6RU73QDQYI4")
    assert [who in row for who, row in zip(guilty, people, strict=False)] == [True] * 4
    assert "astrid.holm@nordwind.example" in people[4], "the administrator's work, below all of the intrusion"
    hours = text[text.index("\nHours, which to open first\n") :].splitlines()[3:]
    assert all("user ci-artifact-uploader" in row for row in hours[:3])


def bare_case(folder: Path) -> Path:
    """Two events with hardly a field. One of them has a time: a case of no length at all."""
    bare = {"eventName": "Odd", "eventID": "e-1"}
    return closed(case(folder, bare, event(userIdentity=None, sourceIPAddress=None, userAgent=None)))


def test_what_was_refused_is_said_in_the_briefing(root: Path, tmp_path: Path) -> None:
    folder = bare_case(tmp_path)  # which the briefing has to take, too
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/odd.yml").write_text(
        "title: Odd\ndetection: {a: {nonsense: 1}, condition: a}", encoding="utf-8"
    )
    shown = run_in_process(root / "notebooks/15_briefing.ipynb", folder, rules=str(tmp_path / "rules"))
    text = "\n".join(shown)
    assert "1 was refused, so it looked at nothing: Odd (unknown field nonsense)." in text
    assert line_of(text, "Removed").endswith("nothing that the findings cite"), "not: nothing was"


def test_the_findings_tell_the_planted_tampering(root: Path, tmp_path: Path) -> None:
    write_sample(tmp_path / "trail", tamper=True)
    con = wb.open_case(tmp_path / "case")
    wb.load(con, tmp_path / "trail")
    con.disconnect()
    run_in_process(root / "notebooks/12_log_tampering.ipynb", tmp_path / "case")
    con = wb.open_case(tmp_path / "case", read_only=True)
    found = [one for one in wb.briefing.findings(con) if one.found]
    con.disconnect()
    planted = json.loads((tmp_path / "trail" / "truth.json").read_text())["tampering"]
    by_kind = {row["kind"]: row for row in planted}
    cited = {name for one in found for name in one.event_ids}
    blinding = [row for row in planted if row["kind"] == "call" and row["as"] not in ("resumed", "widened")]
    assert {name for row in blinding for name in row["events"]} <= cited
    (forged,) = [one for one in found if "planted" in one.statement]
    assert by_kind["log-planted"]["path"].rpartition("/")[2] in forged.statement
    assert not cited & set(by_kind["log-planted"]["events"]), "nobody is to act on forged events"
    (changed,) = [one for one in found if "changed or removed" in one.statement]
    assert "2 logs" in changed.statement
    assert len(found) <= 10


def test_nothing_tampered_with_is_said_and_never_taken_for_proof(root: Path, sample_case: Path) -> None:
    run_in_process(root / "notebooks/12_log_tampering.ipynb", sample_case)
    con = wb.open_case(sample_case, read_only=True)
    noted = {one.key: one for one in wb.briefing.findings(con) if (one.key or "").startswith("12_")}
    con.disconnect()
    assert not noted["12_log_tampering/calls/01"].found
    assert "not recorded" in noted["12_log_tampering/calls/01"].not_covered
    assert not noted["12_log_tampering/planted"].found
    assert noted["12_log_tampering/attempts/01"].found


def test_the_notebooks_on_attribution_find_the_key_its_sessions_and_the_outsider(
    root: Path, sample: Path, sample_case: Path
) -> None:
    for name in ("02_access_key", "03_role_session", "06_cross_account"):
        run_in_process(root / f"notebooks/{name}.ipynb", sample_case)
    con = wb.open_case(sample_case, read_only=True)
    noted = {one.key or "": one for one in wb.briefing.findings(con) if one.found}
    con.disconnect()
    truth = json.loads((sample / "truth.json").read_text())
    (leaked,) = [key["access_key_id"] for key in truth["long_term_keys"] if key.get("note") == "leaked"]
    said = {key: one.statement for key, one in noted.items()}
    assert leaked in said["02_access_key/places/01"]
    assert "deploy-record-writer" in said["02_access_key/sessions/03"]
    assert (
        "proved back to arn:aws:iam::444455556666:user/ci/ci-artifact-uploader"
        in said["03_role_session/proved/01"]
    )
    assert "999988887777" in said["06_cross_account/outside/01"]
    guilty = {name for step in truth["intrusion"]["steps"] for name in step["events"]}
    assert set(noted["02_access_key/places/01"].event_ids) <= guilty
    assert set(noted["06_cross_account/outside/01"].event_ids) & guilty


def test_the_changes_name_who_opened_the_role_and_who_closed_it(root: Path, sample_case: Path) -> None:
    run_in_process(root / "notebooks/13_change_and_drift.ipynb", sample_case)
    con = wb.open_case(sample_case, read_only=True)
    changed = "13_change_and_drift/changed"
    noted = [one for one in wb.briefing.findings(con) if (one.key or "").startswith(changed)]
    con.disconnect()
    assert len(noted) == 2
    for one in noted:
        assert "origin: user ci-artifact-uploader (444455556666)" in one.statement
        assert "UpdateAssumeRolePolicy" in one.statement
        assert "support-readonly" in one.statement
        assert (one.confidence, one.events) == ("high", 1)


def test_a_case_without_config_says_so(root: Path, tmp_path: Path) -> None:
    folder = closed(case(tmp_path, event(eventName="DeleteBucket")))
    run_in_process(root / "notebooks/13_change_and_drift.ipynb", folder)
    con = wb.open_case(folder, read_only=True)
    noted = {one.key: one for one in wb.briefing.findings(con)}
    con.disconnect()
    assert not any(one.found for one in noted.values())
    assert "no AWS Config is in this case" in noted["13_change_and_drift/silent"].not_covered


def test_access_and_tags_finds_root_mfa_and_the_unused_region(
    root: Path, sample: Path, told_folder: Path
) -> None:
    shown = "\n".join(run_in_process(root / "notebooks/14_access_and_tags.ipynb", told_folder))
    con = wb.open_case(told_folder, read_only=True)
    noted = {one.key: one for one in wb.briefing.findings(con)}
    con.disconnect()
    assert "orders-api-2" in shown, "a tag that a Config item tells"
    assert "Root of account 111122223333 was used" in noted["14_access_and_tags/root/01"].statement
    assert "tomas.keller of account 444455556666" in noted["14_access_and_tags/mfa/01"].statement
    assert not noted["14_access_and_tags/tls/01"].found
    truth = json.loads((sample / "truth.json").read_text())
    guilty = {name for step in truth["intrusion"]["steps"] for name in step["events"]}
    assert set(noted["14_access_and_tags/regions/01"].event_ids) & guilty


def test_access_and_tags_says_that_nothing_is_tagged(root: Path, tmp_path: Path) -> None:
    folder = closed(case(tmp_path, event(eventName="ListBuckets")))
    shown = "\n".join(run_in_process(root / "notebooks/14_access_and_tags.ipynb", folder))
    assert "Tags of touched resources, and what tells them\nno rows" in shown
    assert "refused calls (callers and APIs)         0" in shown


@pytest.mark.slow
def test_the_notebooks_on_tactics_find_what_was_opened_fetched_and_read(
    root: Path, sample: Path, sample_case: Path
) -> None:
    names = (
        "04_privilege_escalation",
        "05_persistence",
        "07_console_login",
        "08_s3_exfiltration",
        "10_secrets",
    )
    for name in names:
        run_in_process(root / f"notebooks/{name}.ipynb", sample_case)
    con = wb.open_case(sample_case, read_only=True)
    noted = [one for one in wb.briefing.findings(con) if (one.key or "").startswith(names) and one.found]
    con.disconnect()
    steps = json.loads((sample / "truth.json").read_text())["intrusion"]["steps"]
    guilty = {step["step"]: set(step["events"]) for step in steps}
    cited = {
        key: {name for one in noted if key in (one.key or "") for name in one.event_ids} for key in names
    }
    assert cited["04_privilege_escalation"] & guilty[3], "roles tried until one opened"
    assert cited["05_persistence"] & guilty[10], "the key made for another user"
    assert cited["05_persistence"] & guilty[11], "the trust opened to an account outside"
    assert cited["07_console_login"] & guilty[7], "credentials turned into a console session"
    exports = [one for one in noted if (one.key or "").startswith("08_s3_exfiltration/fetched")]
    assert exports
    assert all(set(one.event_ids) <= guilty[13] for one in exports)
    secrets = [one for one in noted if (one.key or "").startswith("10_secrets/sweeps")]
    assert secrets
    assert all(set(one.event_ids) <= guilty[14] for one in secrets)


@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if path.stem != "15_briefing"], ids=lambda path: path.stem
)
def test_runs_on_two_events_with_hardly_a_field(path: Path, tmp_path: Path) -> None:
    assert run_in_process(path, bare_case(tmp_path))


@pytest.fixture(scope="session")
def real_case(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    con = wb.open_case(tmp_path_factory.mktemp("real") / "invictus")
    wb.load(con, shared_data / "invictus")
    return closed(con)


@each_notebook
def test_says_so_where_nothing_was_loaded(path: Path, tmp_path: Path) -> None:
    wb.open_case(tmp_path / "empty").disconnect()
    with pytest.raises(wb.WorkbenchError, match="workbench load"):
        run_in_process(path, tmp_path / "empty")


@pytest.mark.slow
@each_notebook
def test_runs_on_a_real_account(path: Path, real_case: Path) -> None:
    assert run_in_process(path, real_case)
