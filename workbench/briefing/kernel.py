"""The kernel of a briefing run: this very interpreter, over a local socket, in a fixed environment."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

# What could make two runs on the same case differ: hash order, time zone, words of the locale.
_FIXED = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}


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
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=50"],
            display_name="Python 3",
            language="python",
            env=_FIXED | {"IPYTHONDIR": self._folder.name},
        )
