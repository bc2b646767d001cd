"""The processes that read and write: one for little evidence, one per core for much.

Results come in the order of the tasks, whoever made them. A worker process ends by itself when the process
that started it is gone: its connection closes.
"""

import gc
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

from workbench.errors import CaseError
from workbench.events.intake.reading import Decision, Maker, Result, Settings, Task
from workbench.events.parts import Part

_MOST_WORKERS = 4  # each takes some 300 MB
_AHEAD = 2  # tasks a worker has at a time, and batches it may have read and not written
_START = (
    "import sys; sys.path[:] = {path!r};"
    " from workbench.events.intake.workers import serve; serve({handle})"
)
_GRACE_S = 1  # what a worker has to clear away when the loader is gone

Answer = Callable[[Decision], None]


class Alone:
    """Reads and writes in this process."""

    def __init__(self, settings: Settings) -> None:
        self._maker = Maker(settings)

    def __enter__(self) -> "Alone":
        return self

    def __exit__(self, *_: object) -> None:
        self._maker.discard()

    def results(self, tasks: Sequence[Task]) -> Iterator[tuple[Result, Answer]]:
        """Give each batch, and the function to call with what was decided on it."""
        for task in tasks:
            for result in self._maker.read(task):
                yield result, self._maker.write

    def close(self) -> list[Part]:
        """Finish what was written so far, and give its parts."""
        return self._maker.close()


class Team:
    """Shares the tasks out among worker processes."""

    def __init__(self, settings: Settings, workers: int) -> None:
        self._settings, self._number = settings, workers
        self._arrived: queue.Queue[tuple[_Worker, str, Any]] = queue.Queue()
        self._workers: list[_Worker] = []
        self._ready: dict[int, deque[tuple[Result, Answer]]] = {}
        self._parts: list[list[Part]] = []

    def __enter__(self) -> "Team":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:  # all of them, before one is waited for
            worker.end(at_once=error is not None)
        for worker in self._workers:
            worker.wait()

    def results(self, tasks: Sequence[Task]) -> Iterator[tuple[Result, Answer]]:
        """Give each batch, and the function to call with what was decided on it."""
        to_give = deque(tasks)
        while len(self._workers) < self._number:
            self._workers.append(_Worker(self._settings, self._arrived))
        for _ in range(_AHEAD):
            for worker in self._workers:
                if to_give:
                    worker.send("task", to_give.popleft())
        for task in tasks:
            is_last = False
            while not is_last:
                while not self._ready.get(task.number):
                    self._take()
                result, answer = self._ready[task.number].popleft()
                yield result, answer
                is_last = result.is_last
            if to_give:
                answer.__self__.send("task", to_give.popleft())  # type: ignore[attr-defined]

    def _take(self) -> None:
        """Wait for one message of any worker."""
        worker, kind, value = self._arrived.get()
        if kind == "result":
            self._ready.setdefault(value.task, deque()).append((value, worker.write))
        elif kind == "parts":
            self._parts.append(value)
        else:
            raise value

    def close(self) -> list[Part]:
        """Finish what was written so far, and give its parts."""
        for worker in self._workers:
            worker.send("close", None)
        while len(self._parts) < len(self._workers):
            self._take()
        parts, self._parts = [part for some in self._parts for part in some], []
        return parts


class _Worker:
    """One worker process, and the thread that takes what it sends, so that it never waits to send."""

    def __init__(self, settings: Settings, arrived: "queue.Queue[tuple[_Worker, str, Any]]") -> None:
        ours, theirs = socket.socketpair()
        path = [place for place in sys.path if isinstance(place, str)]
        start = _START.format(path=path, handle=theirs.fileno())
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter)
            [sys.executable, "-P", "-c", start],  # -P: nothing is imported from where the evidence lies
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # Ctrl-C is for the loader: it ends its workers
        )
        theirs.close()
        self._connection = Connection(ours.detach())
        self._arrived = arrived
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self.send("settings", settings)

    def _listen(self) -> None:
        try:
            while True:
                self._arrived.put((self, *self._connection.recv()))
        except (EOFError, OSError):
            self._arrived.put((self, "end", self._ended()))
        except Exception as error:  # noqa: BLE001 (the loader raises it)
            self._arrived.put((self, "error", error))

    def _ended(self) -> CaseError:
        code = self._process.wait()
        how = f"by signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"with code {code}"
        return CaseError(
            f"a worker process of the load ended {how}. Nothing is lost or doubled: if the machine is short"
            " of memory, make room, then load again"
        )

    def send(self, kind: str, value: Any) -> None:
        # Of a worker that has ended, `_listen` tells what there is to tell.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._connection.send((kind, value))

    def write(self, decision: Decision) -> None:
        self.send("write", decision)

    def end(self, *, at_once: bool) -> None:
        """Let the worker end when it has done what it was sent, or at once."""
        if at_once:
            self._process.kill()
        else:
            self.send("end", None)

    def wait(self) -> None:
        """Wait until the worker is gone."""
        self._process.wait()
        self._thread.join()
        self._connection.close()


def staff(settings: Settings, size: int) -> Alone | Team:
    """Choose who reads evidence of about so many bytes.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> type(staff(Settings(Path(tempfile.mkdtemp())), 10_000)).__name__
    'Alone'
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    workers = min(cores, _MOST_WORKERS)
    if workers == 1 or size < ENOUGH_FOR_TWO or os.name != "posix" or not sys.executable:
        return Alone(settings)
    return Team(settings, workers)


ENOUGH_FOR_TWO = 4 << 20
"""Compressed bytes from which on a second process is worth its start."""


def serve(handle: int) -> None:
    """Work for the process at the other end of the connection, until it has enough or is gone."""
    os.umask(0o077)
    gc.disable()  # as in the process that loads
    with Connection(handle) as connection, suppress(EOFError, BrokenPipeError, ConnectionResetError):
        _, settings = connection.recv()
        threading.Thread(target=_end_with_the_loader, args=[handle], daemon=True).start()
        _Server(connection, Maker(settings)).run()


def _end_with_the_loader(handle: int) -> None:
    """Wait until the other end is gone, and end then, however long the file takes that is being read."""
    watched = select.poll()
    watched.register(handle, 0)  # that the other end hung up is told unasked
    watched.poll()
    time.sleep(_GRACE_S)
    os._exit(1)


class _Server:
    """Handles the messages of a load: tasks wait their turn, all else is done at once."""

    def __init__(self, connection: Connection, maker: Maker) -> None:
        self._connection, self._maker = connection, maker
        self._tasks: deque[Task] = deque()
        self._is_done = False

    def run(self) -> None:
        try:
            while not self._is_done:
                if not self._tasks or self._connection.poll():
                    self._handle(*self._connection.recv())
                elif self._tasks:
                    self._work(self._tasks.popleft())
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, the loader raises it)
            error.add_note(f"In a worker process:\n{traceback.format_exc()}")
            self._connection.send(("error", error))
        finally:
            self._maker.discard()

    def _work(self, task: Task) -> None:
        for result in self._maker.read(task):
            self._connection.send(("result", result))
            while not self._is_done and (self._connection.poll() or self._maker.waiting >= _AHEAD):
                self._handle(*self._connection.recv())
            if self._is_done:
                return

    def _handle(self, kind: str, value: Any) -> None:
        if kind == "task":
            self._tasks.append(value)
        elif kind == "write":
            self._maker.write(value)
        elif kind == "close":
            self._connection.send(("parts", self._maker.close()))
        else:
            self._is_done = True
