"""Start processes, restart them when they end, and stop them all."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mini_ml.local.failures import LocalFailure, StartFailed

_WATCH_SECONDS: Final = 0.2
_WATCHER_SECONDS: Final = 0.3
_FIRST_BACKOFF_SECONDS: Final = 0.5
_LONGEST_BACKOFF_SECONDS: Final = 30.0
_STEADY_SECONDS: Final = 60.0
_TAIL_BYTES: Final = 4000
_TAIL_LINES: Final = 15


def _nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A process to run."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str]
    """Complete environment of the process; it inherits nothing."""
    folder: Path
    """Working directory."""
    log: Path | None
    """File for the output of the process; None for the output of this process."""
    after_restart: Callable[[], None] = _nothing
    """Called after each restart of the process."""


@dataclass(kw_only=True)
class _Worker:
    command: Command
    process: "subprocess.Popen[bytes]"
    started: float
    failures: int = 0
    due: float | None = None
    """Time of the next restart; None while the process runs."""


@dataclass(kw_only=True)
class Supervisor:
    """Runs and restarts the processes of one platform."""

    report: Callable[[str], None]
    """Receives a message for the user when a process ends."""
    _workers: list[_Worker] = field(default_factory=list, init=False)
    _stopping: threading.Event = field(default_factory=threading.Event, init=False)
    _watcher: threading.Thread | None = field(default=None, init=False)

    def start(self, command: Command) -> None:
        """Start a process."""
        self._workers.append(_Worker(command=command, process=start_process(command), started=time.monotonic()))

    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float) -> None:
        """Wait until `ready` returns true.

        Args:
            ready: checked every 50 ms.
            what: what is waited for, for the error message.
            seconds: timeout.

        Raises:
            StartFailed: a process ended, or `ready` stayed false until the timeout.
        """
        end = time.monotonic() + seconds
        while not ready():
            for worker in self._workers:
                if worker.process.poll() is not None:
                    raise StartFailed(
                        f"Cannot start: the process {worker.command.name} ended.{_read_tail(worker.command.log)}"
                    )
            if time.monotonic() > end:
                raise StartFailed(f"Cannot start: {what} did not answer within {seconds:.0f} s.")
            time.sleep(0.05)

    def watch(self) -> None:
        """Restart processes that end, from now on."""
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._watcher.start()

    def stop(self, *, last: str, seconds: float, last_seconds: float) -> None:
        """Stop all processes with SIGTERM, and kill those that do not end in time.

        Args:
            last: name of the process to stop after all others.
            seconds: time for the other processes to end.
            last_seconds: time for the last process to end.
        """
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join(_WATCHER_SECONDS)  # it may be waiting for a restarted process to answer
        _stop_all([worker.process for worker in self._workers if worker.command.name != last], seconds)
        _stop_all([worker.process for worker in self._workers if worker.command.name == last], last_seconds)

    def _watch(self) -> None:
        while not self._stopping.wait(_WATCH_SECONDS):
            for worker in self._workers:
                self._check(worker)

    def _check(self, worker: _Worker) -> None:
        now = time.monotonic()
        if worker.due is None and worker.process.poll() is not None:
            worker.failures = 0 if now - worker.started > _STEADY_SECONDS else worker.failures
            pause = min(_LONGEST_BACKOFF_SECONDS, _FIRST_BACKOFF_SECONDS * 2**worker.failures)
            worker.failures += 1
            worker.due = now + pause
            self.report(_describe_exit(worker, pause))
        elif worker.due is not None and now >= worker.due and not self._stopping.is_set():
            _close_pipe(worker.process)
            worker.process, worker.started, worker.due = start_process(worker.command), now, None
            self._finish_restart(worker)

    def _finish_restart(self, worker: _Worker) -> None:
        try:
            worker.command.after_restart()
        except LocalFailure as failure:
            self.report(f"{worker.command.name}: {failure}")
            worker.process.kill()  # the next check restarts it


def start_process(command: Command) -> "subprocess.Popen[bytes]":
    """Start a process that ends with this one; the caller must stop it and close its standard input.

    The process runs in its own session, so that Ctrl-C reaches this process only. Its output is unbuffered, so that
    the log of a killed process is complete.
    """
    with nullcontext() if command.log is None else command.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "mini_ml.local.child", command.module, *command.arguments],
            cwd=command.folder,
            env={**command.environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _stop_all(processes: list["subprocess.Popen[bytes]"], seconds: float) -> None:
    for process in processes:
        process.terminate()
    end = time.monotonic() + seconds
    for process in processes:
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _close_pipe(process)


def _close_pipe(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        process.stdin.close()


def _describe_exit(worker: _Worker, pause: float) -> str:
    status = worker.process.returncode
    return f"{worker.command.name} ended ({status}) and restarts in {pause:.1f} s.{_read_tail(worker.command.log)}"


def _read_tail(log: Path | None) -> str:
    if log is None:
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()[-_TAIL_LINES:]
    return "".join([f"\nLast lines of {log}:", *(f"\n  | {line}" for line in lines)]) if lines else ""
