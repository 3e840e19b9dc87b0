"""Processes are restarted when they end, and stop with the supervisor."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mini_ml.local.failures import StartFailed
from mini_ml.local.supervisor import Command, Supervisor
from tests.fixtures.waiting import eventually

_SLEEPER = "import os, time, pathlib; pathlib.Path('pid').write_text(str(os.getpid())); time.sleep(600)"
_STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + _SLEEPER


@pytest.fixture
def reports() -> list[str]:
    return []


@pytest.fixture
def supervisor(reports: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(report=reports.append)
    yield supervisor
    supervisor.stop(last="", seconds=5, last_seconds=5)


def _command(folder: Path, code: str, *, after_restart: Callable[[], None] = lambda: None) -> Command:
    (folder / "worker.py").write_text(code)
    return Command(
        name="worker",
        module="worker",
        environment={"PYTHONPATH": str(folder), "PYTHONUNBUFFERED": ""},  # the empty value turns it off
        folder=folder,
        log=folder / "worker.log",
        after_restart=after_restart,
    )


def _pid(folder: Path) -> int | None:
    file = folder / "pid"
    return int(file.read_text() or 0) if file.exists() else None


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_dead_process_is_reported_with_its_last_output_and_restarted(
    supervisor: Supervisor, reports: list[str], tmp_path: Path
) -> None:
    again: list[bool] = []
    supervisor.start(_command(tmp_path, f"print('last words')\n{_SLEEPER}", after_restart=lambda: again.append(True)))
    supervisor.watch()
    assert eventually(lambda: _pid(tmp_path) or None)
    first = _pid(tmp_path)

    os.kill(first or 0, signal.SIGKILL)

    assert eventually(lambda: _pid(tmp_path) not in (None, 0, first) or None)
    assert eventually(lambda: again == [True] or None)
    assert "worker ended (-9)" in reports[0]
    assert "last words" in reports[0]


def test_stopping_ends_a_process_that_ignores_sigterm(tmp_path: Path) -> None:
    supervisor = Supervisor(report=print)
    supervisor.start(_command(tmp_path, _STUBBORN))
    assert eventually(lambda: _pid(tmp_path) or None)

    supervisor.stop(last="", seconds=0.2, last_seconds=0.2)

    assert _is_gone(_pid(tmp_path) or 0)


def test_a_process_that_ends_during_the_start_fails_the_start(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(_command(tmp_path, "raise SystemExit('no such service')"))

    with pytest.raises(StartFailed, match=r"(?s)process worker ended.*no such service"):
        supervisor.wait_until(lambda: False, what="the worker", seconds=30)


def test_a_process_that_never_answers_fails_the_start(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(_command(tmp_path, _SLEEPER))

    with pytest.raises(StartFailed, match="the worker did not answer"):
        supervisor.wait_until(lambda: False, what="the worker", seconds=0.2)


def test_no_process_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    _command(tmp_path, _SLEEPER)
    starter = f"""
import os, time
from pathlib import Path
from mini_ml.local.supervisor import Command, Supervisor
from tests.fixtures.waiting import eventually
folder = Path({str(tmp_path)!r})
supervisor = Supervisor(report=print)
supervisor.start(
    Command(name="w", module="worker", environment={{"PYTHONPATH": str(folder)}}, folder=folder, log=folder / "log")
)
time.sleep(600)
"""
    process = subprocess.Popen([sys.executable, "-c", starter])
    assert eventually(lambda: _pid(tmp_path) or None)

    process.kill()
    process.wait()

    assert eventually(lambda: _is_gone(_pid(tmp_path) or 0) or None)


def test_a_process_without_a_log_file_inherits_the_output(
    supervisor: Supervisor, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    supervisor.start(replace(_command(tmp_path, "print('said aloud', flush=True)\n" + _SLEEPER), log=None))

    assert eventually(lambda: _pid(tmp_path) is not None or None)
    assert capfd.readouterr().out == "said aloud\n"
