"""How a notebook is run: this very interpreter over a local socket, in a fixed environment, written once."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from papermill.engines import NBClientEngine, papermill_engines

# What could make two runs on the same case differ: hash order, time zone, words of the locale.
_FIXED = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}

# jsonschema, which Altair checks charts with, builds a grammar of IRIs when it is imported. No chart has one,
# and it is a third of what a kernel takes to start. Building queries leaves many small objects, and a kernel
# lives for one notebook: looking for cycles among them is a tenth of its time.
_START = (
    "import gc, sys; sys.modules['rfc3987_syntax'] = None; gc.set_threshold(200_000, 20, 50); "
    "from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"
)


class InterpreterKernel(AsyncKernelManager):
    """Starts the interpreter that runs now, whatever a kernel named ``python3`` points to elsewhere.

    A kernelspec of that name in a user's folder may belong to another environment, without the workbench
    or with another version of it. Settings and start-up files of IPython are left aside for the same reason.
    """

    def __init__(self, **settings: Any) -> None:
        if os.name == "posix":
            settings["transport"] = "ipc"  # no open port: nobody else on the machine can reach the kernel
        super().__init__(**settings)
        self._folder = tempfile.TemporaryDirectory(prefix="workbench-", ignore_cleanup_errors=True)
        self.connection_file = os.path.join(self._folder.name, "kernel.json")

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel's command and environment."""
        return KernelSpec(
            # A kernel that is told to stop logs the interrupt as an error; what matters reaches the notebook.
            argv=[sys.executable, "-c", _START, "-f", "{connection_file}", "--log-level=50"],
            display_name="Python 3",
            language="python",
            env=_FIXED | {"IPYTHONDIR": self._folder.name},
        )


class WrittenOnce(NBClientEngine):
    """Runs a notebook and writes it when it has ended, however it ended.

    Papermill writes the whole notebook before and after each cell, which for one that shows much takes longer
    than to run it.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **settings: Any) -> Any:
        """Run the cells; papermill calls this between its note of the start and the one of the end."""
        target, nb_man.output_path = nb_man.output_path, None
        try:
            return super().execute_managed_notebook(nb_man, kernel_name, **settings)
        finally:
            nb_man.output_path = target
            # papermill put the whole input in the place of its name
            name = nb_man.nb.metadata.workbench.notebook
            nb_man.nb.metadata.papermill.update(input_path=name, output_path=Path(target).name)


papermill_engines.register("workbench", WrittenOnce)
