"""Starts processes, starts them again when they die, and stops them all."""

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
    """A process as it is to run."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str]
    """All variables of the process: it inherits none."""
    folder: Path
    """Working directory."""
    log: Path | None
    """Where it writes; None: where we write."""
    after_restart: Callable[[], None] = _nothing
    """What has to be done again when the process was started again."""


@dataclass(kw_only=True)
class _Worker:
    command: Command
    process: "subprocess.Popen[bytes]"
    started: float
    failures: int = 0
    due: float | None = None
    """When to start again; None while it runs."""


@dataclass(kw_only=True)
class Supervisor:
    """The processes of one embedded cloud."""

    report: Callable[[str], None]
    """Tells the user that a process died."""
    _workers: list[_Worker] = field(default_factory=list, init=False)
    _stopping: threading.Event = field(default_factory=threading.Event, init=False)
    _watcher: threading.Thread | None = field(default=None, init=False)

    def start(self, command: Command) -> None:
        """Start a process."""
        self._workers.append(_Worker(command=command, process=start_process(command), started=time.monotonic()))

    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float) -> None:
        """Return when `ready` says so. Raises StartFailed when a process ends first, or none does in time."""
        end = time.monotonic() + seconds
        while not ready():
            for worker in self._workers:
                if worker.process.poll() is not None:
                    raise StartFailed(f"Cannot start: {worker.command.name} ended.{_tail(worker.command.log)}")
            if time.monotonic() > end:
                raise StartFailed(f"Cannot start: {what} did not answer within {seconds:.0f} s.")
            time.sleep(0.05)

    def watch(self) -> None:
        """Start dead processes again from now on."""
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._watcher.start()

    def stop(self, *, last: str, seconds: float, last_seconds: float) -> None:
        """Stop everything but the process `last`, then that; what outlives SIGTERM by its seconds is killed."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join(_WATCHER_SECONDS)  # it may be waiting for a restarted process to answer
        _end([worker.process for worker in self._workers if worker.command.name != last], seconds)
        _end([worker.process for worker in self._workers if worker.command.name == last], last_seconds)

    def _watch(self) -> None:
        while not self._stopping.wait(_WATCH_SECONDS):
            for worker in self._workers:
                self._look_after(worker)

    def _look_after(self, worker: _Worker) -> None:
        now = time.monotonic()
        if worker.due is None and worker.process.poll() is not None:
            worker.failures = 0 if now - worker.started > _STEADY_SECONDS else worker.failures
            pause = min(_LONGEST_BACKOFF_SECONDS, _FIRST_BACKOFF_SECONDS * 2**worker.failures)
            worker.failures += 1
            worker.due = now + pause
            self.report(_exit_report(worker, pause))
        elif worker.due is not None and now >= worker.due and not self._stopping.is_set():
            _close_pipe(worker.process)
            worker.process, worker.started, worker.due = start_process(worker.command), now, None
            self._finish_restart(worker)

    def _finish_restart(self, worker: _Worker) -> None:
        try:
            worker.command.after_restart()
        except LocalFailure as failure:
            self.report(f"{worker.command.name}: {failure}")
            worker.process.kill()  # found dead at the next look, and started again


def start_process(command: Command) -> "subprocess.Popen[bytes]":
    """Start a process that ends when we do; the caller stops it, and closes its standard input.

    It gets a session of its own, so that Ctrl-C reaches only us, and writes without a buffer, so that the last line of
    a killed process is in its log.
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


def _end(processes: list["subprocess.Popen[bytes]"], seconds: float) -> None:
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


def _exit_report(worker: _Worker, pause: float) -> str:
    status = worker.process.returncode
    return f"{worker.command.name} ended ({status}); it starts again in {pause:.1f} s.{_tail(worker.command.log)}"


def _tail(log: Path | None) -> str:
    if log is None:
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()[-_TAIL_LINES:]
    return "".join([f"\nThe end of {log}:", *(f"\n  | {line}" for line in lines)]) if lines else ""
