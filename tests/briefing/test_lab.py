"""JupyterLab on a case: copies that respect an investigator's work, and a configuration that holds."""

import os
import re
import socket
import stat
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_output

from tests.briefing import books
from workbench import briefing
from workbench.briefing.lab import POLICY
from workbench.errors import CaseError, ParameterError

TOKEN = "0123456789abcdef"


@pytest.fixture
def guided(tmp_path: Path) -> Path:
    folder = tmp_path / "guided"
    folder.mkdir()
    books.triage(folder)
    return folder


def test_a_copy_opens_its_own_case(own_case: Path, guided: Path) -> None:
    [copy] = briefing.copy_notebooks(own_case, guided)
    assert copy == own_case / "notebooks" / "01_triage.ipynb"
    assert nbformat.read(copy, as_version=4).cells[1].source.splitlines()[0] == 'case = ".."'
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    run = briefing.run(copy, copy.with_name("run.ipynb"), case=own_case)
    assert run.is_file()


def test_an_edited_copy_is_never_overwritten(own_case: Path, guided: Path) -> None:
    [copy] = briefing.copy_notebooks(own_case, guided)
    node = nbformat.read(copy, as_version=4)
    node.cells[-1].source += "\n# my note"
    nbformat.write(node, copy)
    edited = copy.read_bytes()
    books.write(guided / "01_triage.ipynb", books.text("# New version"))
    assert briefing.copy_notebooks(own_case, guided) == [copy]
    assert copy.read_bytes() == edited


def test_an_unedited_copy_follows_the_library(own_case: Path, guided: Path) -> None:
    [copy] = briefing.copy_notebooks(own_case, guided)
    node = nbformat.read(copy, as_version=4)
    node.cells[-1].outputs = [new_output("stream", text="run, not edited")]
    nbformat.write(node, copy)
    briefing.copy_notebooks(own_case, guided)
    assert "run, not edited" in copy.read_text(encoding="utf-8")
    books.write(guided / "01_triage.ipynb", books.text("# New version"))
    briefing.copy_notebooks(own_case, guided)
    assert "New version" in copy.read_text(encoding="utf-8")


def test_a_notebook_of_the_investigators_own_is_left_alone(own_case: Path, guided: Path) -> None:
    (own_case / "notebooks").mkdir()
    own = books.write(own_case / "notebooks" / "01_triage.ipynb", books.text("# Mine"))
    before = own.read_bytes()
    briefing.copy_notebooks(own_case, guided)
    assert own.read_bytes() == before


def test_no_case_or_no_notebooks_is_an_error(own_case: Path, guided: Path, tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="Load a trail first"):
        briefing.copy_notebooks(tmp_path / "absent", guided)
    with pytest.raises(ParameterError, match="no guided notebooks"):
        briefing.copy_notebooks(own_case, tmp_path)


def test_the_command_carries_the_hardened_settings(own_case: Path) -> None:
    words = briefing.lab_command(own_case, port=9999, browser=False)
    assert f"--ServerApp.root_dir={own_case / 'notebooks'}" in words
    assert "--ServerApp.ip=127.0.0.1" in words
    assert "--LabApp.news_url=None" in words
    assert "--no-browser" in words
    assert any(POLICY in word for word in words)
    assert "'unsafe-inline'" not in re.search(r"script-src[^;]*", POLICY)[0]  # type: ignore[index]  # it is there


class Lab:
    """A running JupyterLab."""

    def __init__(self, case: Path, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        own = {"JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTER_DATA_DIR": str(folder / "data")}
        command = briefing.lab_command(case, port=self.port, browser=False)
        command.append(f"--IdentityProvider.token={TOKEN}")
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")
        self.log = (folder / "lab.log").open("w")
        # The sockets of the kernels lie in the runtime folder; the path of a socket must be short.
        settings = os.environ | own | {"JUPYTER_RUNTIME_DIR": str(folder)}
        self.process = subprocess.Popen(command, env=settings, stdout=self.log, stderr=self.log)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}?token={TOKEN}&reset"

    def wait(self) -> None:
        for _ in range(120):
            try:
                urllib.request.urlopen(self.url("api/status"), timeout=2).close()
            except OSError:
                assert self.process.poll() is None, "JupyterLab stopped while it started"
                time.sleep(0.5)
            else:
                return
        pytest.fail("JupyterLab did not answer")


OWN = "window.owned=1"
HOSTILE_HTML = """\
<script>window.owned=1</script><img src="http://evil.example/a.png" onerror="window.owned=1">
<svg onload="window.owned=1"></svg><iframe srcdoc="<script>parent.owned=1</script>"></iframe>
<link rel=stylesheet href="http://evil.example/a.css"><style>@import "http://evil.example/b.css";</style>"""


@pytest.fixture(scope="module")
def lab(hostile_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    guided = folder / "guided"
    guided.mkdir()
    books.triage(guided)
    [copy] = briefing.copy_notebooks(hostile_case, guided)
    briefing.run(copy, copy.with_name("run.ipynb"), case=hostile_case)
    html = {"text/html": HOSTILE_HTML, "text/plain": "plain"}
    markdown = {"text/markdown": HOSTILE_HTML + "\n![x](http://evil.example/m.png)", "text/plain": "plain"}
    script = {"application/javascript": OWN, "text/plain": "plain"}
    svg = {"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg' onload='{OWN}'/>", "text/plain": "x"}
    cell = books.code("shown")
    cell.outputs = [new_output("display_data", data=data) for data in (html, markdown, script, svg)]
    told = books.text(f"# Poisoned\n\n{HOSTILE_HTML}")
    poisoned = books.write(copy.with_name("poisoned.ipynb"), told, cell)
    # Trusted, as a notebook is that an investigator ran in JupyterLab: nothing is cleaned before it is shown.
    (folder / "data").mkdir()
    NotebookNotary(data_dir=str(folder / "data")).sign(nbformat.read(poisoned, as_version=4))
    started = Lab(hostile_case, folder)
    try:
        started.wait()
        yield started
    finally:
        started.process.terminate()
        started.process.wait(timeout=60)
        started.log.close()


@pytest.mark.slow
def test_the_server_sends_the_policy(lab: Lab) -> None:
    with urllib.request.urlopen(lab.url("lab"), timeout=30) as answer:
        assert answer.headers["Content-Security-Policy"] == POLICY


def opened(browser: Any, lab: Lab, name: str) -> tuple[Any, list[str]]:
    context = browser.new_context(viewport={"width": 1400, "height": 1600})
    beacons: list[str] = []

    def route(request: Any) -> None:
        if request.request.url.startswith((f"http://127.0.0.1:{lab.port}/", "data:", "blob:")):
            request.continue_()
        else:
            beacons.append(request.request.url)
            request.abort()

    context.route("**/*", route)
    tab = context.new_page()
    tab.goto(lab.url(f"lab/tree/{name}"))
    tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    return tab, beacons


@pytest.mark.slow
@pytest.mark.browser
def test_jupyterlab_draws_the_saved_charts(browser: Any, lab: Lab) -> None:
    tab, beacons = opened(browser, lab, "run.ipynb")
    chart = tab.locator(".vega-embed svg, .vega-embed canvas").first
    tab.wait_for_function(
        "() => { document.querySelectorAll('.jp-WindowedPanel-outer').forEach(e => { e.scrollTop += 400; });"
        " return document.querySelector('.vega-embed svg, .vega-embed canvas'); }",
        timeout=60_000,
        polling=500,
    )
    assert chart.bounding_box()["width"] > 300
    assert beacons == []
    tab.context.close()


@pytest.mark.slow
@pytest.mark.browser
def test_a_poisoned_notebook_runs_nothing_and_calls_nobody(browser: Any, lab: Lab) -> None:
    tab, beacons = opened(browser, lab, "poisoned.ipynb")
    tab.wait_for_selector(".jp-OutputArea-output", timeout=60_000)
    tab.wait_for_timeout(2000)
    assert "Poisoned" in tab.inner_text(".jp-Notebook")
    assert tab.locator(".jp-OutputArea-output iframe").count() > 0, "it is not shown as trusted"
    assert tab.evaluate("window.owned") is None
    assert beacons == []
    tab.context.close()


@pytest.mark.slow
@pytest.mark.browser
def test_nobody_is_asked_about_news(browser: Any, lab: Lab) -> None:
    tab, _ = opened(browser, lab, "01_triage.ipynb")
    tab.wait_for_timeout(4000)
    assert tab.locator(".Toastify__toast").count() == 0
    tab.context.close()
