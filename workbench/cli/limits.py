"""Bounds on a query of somebody else's: time and memory of the process that runs it.

The engine has bounds of its own, and keeps them as long as it answers. These hold when it does not.
"""

import os
import resource
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EXIT_CODE = 1
TOO_LONG = "the time limit ended the query. Narrow it, or raise --timeout"
_GRACE, _PAUSE = 3.0, 0.1
_PAGES_HELD = Path("/proc/self/statm")  # the sixth number: data and stack, what RLIMIT_DATA counts


class Clock:
    """Knows what to interrupt when the time is over, what to remove, and whether it is over."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.left_behind: list[Path] = []
        self.is_over = False


@contextmanager
def time_limit(seconds: float) -> Iterator[Clock]:
    """Interrupt the query after `seconds`, and end the process if that does not help."""
    clock, done = Clock(), threading.Event()
    threading.Thread(target=_watch, args=(clock, done, seconds), daemon=True).start()
    try:
        yield clock
    finally:
        done.set()


def _watch(clock: Clock, done: threading.Event, seconds: float) -> None:
    if done.wait(seconds):
        return
    clock.is_over = True
    for _ in range(int(_GRACE / _PAUSE)):
        connection = clock.connection
        if connection is not None:  # again and again: a query may begin after the first time
            connection.interrupt()
        if done.wait(_PAUSE):
            return
    sys.stderr.write(f"workbench: {TOO_LONG}\n")
    sys.stderr.flush()
    for path in clock.left_behind:
        shutil.rmtree(path, ignore_errors=True)
    os._exit(EXIT_CODE)


@contextmanager
def memory_limit(size: int) -> Iterator[None]:
    """Refuse the process more than `size` bytes beyond what it holds: what asks for more gets an error."""
    before = resource.getrlimit(resource.RLIMIT_DATA)
    limit = _held() + size
    if before[1] != resource.RLIM_INFINITY:
        limit = min(limit, before[1])
    resource.setrlimit(resource.RLIMIT_DATA, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _held() -> int:
    """Give the bytes of private memory the process has by now, or 0 where the system does not tell."""
    try:
        pages = int(_PAGES_HELD.read_text(encoding="ascii").split()[5])
    except OSError:
        return 0
    return pages * resource.getpagesize()
