"""JupyterLab on a case, so configured that a log field shown in a notebook can neither run nor call home."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.briefing.runs import read_notebook
from workbench.errors import CaseError, ParameterError

if TYPE_CHECKING:
    from nbformat import NotebookNode

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws://127.0.0.1:*; "
    "worker-src 'self' blob:; frame-ancestors 'self'"
)
"""JupyterLab's own scripts run (its charts compile expressions); nothing inline, nothing from elsewhere."""

SETTINGS = {
    "ServerApp.ip": "127.0.0.1",
    "ServerApp.allow_remote_access": "False",
    "ServerApp.tornado_settings": repr({"headers": {"Content-Security-Policy": POLICY}}),
    "LabApp.news_url": "None",
    "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    "LabApp.extension_manager": "readonly",
}


def lab_command(case: str | Path, *, port: int | None = None, browser: bool = True) -> list[str]:
    """Return the command that starts JupyterLab on the notebooks of a case.

    Parameters
    ----------
    case : path
        The case folder; the server sees ``CASE/notebooks`` and nothing above it.
    port : int, optional
        A fixed port; by default the first free one from 8888.
    browser : bool
        Open a browser window.

    Returns
    -------
    list of str
        Program and arguments, the hardened settings among them: they win over any configuration file.
    """
    # Charts need eval, so script that a notebook shows as an output must not reach it: its renderer is off.
    settings = SETTINGS | {"LabApp.app_settings_dir": str(Path(__file__).with_name("lab_settings"))}
    if os.name == "posix":
        settings["KernelManager.transport"] = "ipc"
    words = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={Path(case).resolve() / 'notebooks'}"]
    words += [f"--{name}={value}" for name, value in settings.items()]
    words += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"] if port else []
    return words if browser else [*words, "--no-browser"]


def start_lab(case: str | Path, notebooks: str | Path, *, browser: bool = True) -> int:
    """Copy the guided notebooks into the case, run JupyterLab there, and return its exit code.

    Parameters
    ----------
    case : path
        The case folder.
    notebooks : path
        The folder of the guided notebooks.
    browser : bool
        Open a browser window.
    """
    copy_notebooks(case, notebooks)
    # A kernel named python3 in the user's own folder may be another Python, without the workbench.
    settings = os.environ | {"JUPYTER_PREFER_ENV_PATH": "1"}
    return subprocess.run(lab_command(case, browser=browser), env=settings, check=False).returncode  # noqa: S603


def copy_notebooks(case: str | Path, notebooks: str | Path) -> list[Path]:
    """Copy the guided notebooks into ``CASE/notebooks``, with their parameter ``case`` set to this case.

    A copy that an investigator changed is never overwritten; an unchanged one follows the library.

    Parameters
    ----------
    case : path
        The case folder.
    notebooks : path
        The folder of the guided notebooks.

    Returns
    -------
    list of Path
        All notebooks of the case that belong to a guided one, copied now or before.

    Raises
    ------
    CaseError
        No case there.
    ParameterError
        No notebooks there.
    """
    folder, sources = Path(case), sorted(Path(notebooks).glob("*.ipynb"))
    if not (folder / "case.duckdb").is_file():
        raise CaseError(f"no case in {folder}. Load a trail first: workbench load {folder} FOLDER")
    if not sources:
        raise ParameterError(f"no guided notebooks in {notebooks}")
    target = folder / "notebooks"
    target.mkdir(mode=0o700, exist_ok=True)
    return [_copy(source, target / source.name) for source in sources]


def _copy(source: Path, target: Path) -> Path:
    import nbformat

    node = read_notebook(source)
    for cell in node.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = re.sub(r"(?m)^case = .*$", 'case = ".."', cell.source)
    node.metadata["workbench"] = {"copied": _fingerprint(node)}
    if target.exists() and not _may_replace(target, node.metadata["workbench"]["copied"]):
        return target
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as written:
        nbformat.write(node, written)
    return target


def _may_replace(target: Path, new: str) -> bool:
    """Tell whether the copy is as it was made and the library has another one now."""
    node = read_notebook(target)
    copied = node.metadata.get("workbench", {}).get("copied")
    return copied == _fingerprint(node) and copied != new


def _fingerprint(node: NotebookNode) -> str:
    text = "\0".join(f"{cell.cell_type}\0{cell.source}" for cell in node.cells)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
