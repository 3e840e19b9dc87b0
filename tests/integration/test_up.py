"""`mini-ml up` as a process: output, signals, and a state folder that survives a restart."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from mini_ml.local.listening import is_free
from mini_ml.local.settings import LocalSettings
from tests.fixtures.awscli import aws_executable
from tests.fixtures.platform import local_settings
from tests.fixtures.waiting import eventually

SAMPLES = Path(__file__).parents[2] / "samples"


@dataclass(frozen=True)
class Up:
    """A running `mini-ml up`."""

    settings: LocalSettings
    process: "subprocess.Popen[bytes]"
    output: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.api_port}"

    def printed(self) -> str:
        return self.output.read_text()

    def family(self) -> list[int]:
        """The process and those that it started."""
        return [self.process.pid, *(child.pid for child in psutil.Process(self.process.pid).children())]

    def wait(self) -> int:
        return self.process.wait(timeout=60)


@contextmanager
def start_up(folder: Path, settings: LocalSettings | None = None) -> Iterator[Up]:
    """Run `mini-ml up` until the block ends, without waiting for its start."""
    settings = settings or local_settings(folder / "state")
    variables = {"MINI_ML_STATE_DIR": str(settings.state_dir), **{name: str(p) for name, p in settings.ports.items()}}
    output = folder / f"up-{time.monotonic_ns()}.txt"
    with output.open("wb") as printed:
        process = subprocess.Popen(
            [sys.executable, "-m", "mini_ml.cli", "up"],
            cwd=folder,
            env={**os.environ, **variables},
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Up(settings=settings, process=process, output=output)
        finally:
            process.terminate()
            process.wait(timeout=60)


@contextmanager
def running(folder: Path, settings: LocalSettings | None = None) -> Iterator[Up]:
    """Run `mini-ml up` and wait until it reports that it is up."""
    with start_up(folder, settings) as up:
        eventually(lambda: True if "is up" in up.printed() or up.process.poll() is not None else None)
        assert up.process.poll() is None, up.printed()
        yield up


def _is_gone(pid: int) -> bool | None:
    """Return whether a process has ended, though its parent may not have read its exit status yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE or None
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A running instance, shared by the tests that do not stop it."""
    with running(tmp_path_factory.mktemp("up")) as shared:
        yield shared


def test_every_printed_url_responds(up: Up) -> None:
    addresses = re.findall(r"http://localhost:\S+", up.printed().partition("Train and predict")[0])

    assert len(set(addresses)) == 8
    assert [url for url in addresses if httpx2.get(url, follow_redirects=True).status_code != 200] == []


def test_the_printed_commands_can_be_run_commands(up: Up) -> None:
    printed = _run_commands(re.findall(r"^(?:curl|export|aws|until) .*$", up.printed(), re.MULTILINE))

    assert "Setosa" in printed
    assert "iris_predict.csv" in printed


def test_every_port_in_use_is_reported_before_anything_starts(up: Up, tmp_path: Path) -> None:
    in_use = up.settings.model_copy(update={"state_dir": tmp_path / "other"})

    with start_up(tmp_path, in_use) as second:
        code = second.wait()

    printed = second.printed()
    assert code == 1
    for setting, port in in_use.ports.items():
        assert f"port {port} is in use; choose another with {setting}=" in printed
    assert "Traceback" not in printed
    assert list((tmp_path / "other" / "logs").iterdir()) == []


def test_a_second_instance_on_the_same_folder_is_rejected(up: Up, tmp_path: Path) -> None:
    with start_up(tmp_path, local_settings(up.settings.state_dir)) as second:
        code = second.wait()

    assert code == 1
    assert f"process {up.process.pid} is already using the state folder" in second.printed()


@dataclass(frozen=True)
class ThreeRuns:
    """Observations of three runs on one state folder."""

    trained: dict[str, Any]
    """Job of a training in the first run, which was stopped by Ctrl-C."""
    interrupted: int
    printed: str
    found: dict[str, Any]
    """The same job, read in the second run, which was killed."""
    model: dict[str, Any]
    orphans: list[int]
    health: int
    """Status of `/health` in the third run, which was started at once and stopped by SIGTERM."""
    family: list[int]
    ended: int
    ports: list[int]


@pytest.fixture(scope="module")
def three_runs(tmp_path_factory: pytest.TempPathFactory) -> ThreeRuns:
    """Start, train and interrupt; start, read and kill; start, read and terminate."""
    folder = tmp_path_factory.mktemp("three-runs")
    with running(folder) as first:
        trained = _train(first.url).json()
        first.process.send_signal(signal.SIGINT)
        interrupted = first.wait()
    with running(folder, first.settings) as second:
        found = httpx2.get(f"{second.url}/jobs/{trained['job_id']}").json()
        model = httpx2.get(f"{second.url}/models/iris").json()
        orphans = second.family()
        second.process.kill()
        second.wait()
    with running(folder, first.settings) as third:
        health = httpx2.get(f"{third.url}/health").status_code
        family = third.family()
        third.process.terminate()
        ended = third.wait()
    ports = list(third.settings.ports.values())
    return ThreeRuns(trained, interrupted, first.printed(), found, model, orphans, health, family, ended, ports)


def test_ctrl_c_stops_it_and_models_survive_the_restart(three_runs: ThreeRuns) -> None:
    assert three_runs.interrupted == 0
    assert "Traceback" not in three_runs.printed
    assert three_runs.found["metrics"] == three_runs.trained["metrics"]
    assert three_runs.model["latest"] == 1


def test_no_process_outlives_a_killed_parent(three_runs: ThreeRuns) -> None:
    assert len(three_runs.orphans) == 8
    for pid in three_runs.orphans:
        eventually(partial(_is_gone, pid))


def test_it_can_be_restarted_right_after_a_kill(three_runs: ThreeRuns) -> None:
    assert three_runs.health == 200


def test_sigterm_stops_every_process_and_frees_every_port(three_runs: ThreeRuns) -> None:
    assert three_runs.ended == 0
    assert len(three_runs.family) == 8
    assert [pid for pid in three_runs.family if not _is_gone(pid)] == []
    assert [port for port in three_runs.ports if not is_free(port)] == []


def _train(url: str) -> httpx2.Response:
    files = {"dataset_file": ("iris.csv", (SAMPLES / "iris.csv").read_bytes(), "text/csv")}
    form = {"target_column": "variety", "model_name": "iris"}
    return httpx2.post(f"{url}/train", files=files, data=form, timeout=60)


def _run_commands(lines: list[str]) -> str:
    """Run lines in a shell with `aws` on its path."""
    path = f"{aws_executable().parent}{os.pathsep}{os.environ['PATH']}"
    script = "\n".join(["set -e", *lines])
    completed = subprocess.run(
        ["bash", "-c", script], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stderr
    return completed.stdout
