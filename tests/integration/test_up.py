"""`mini-ml up` as a person runs it: a process with a terminal, signals and a folder that survives."""

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
def started(folder: Path, settings: LocalSettings | None = None) -> Iterator[Up]:
    """Run `mini-ml up` until the block ends; it need not come up."""
    settings = settings or local_settings(folder / "state")
    told = {"MINI_ML_STATE_DIR": str(settings.state_dir), **{name: str(p) for name, p in settings.ports.items()}}
    output = folder / f"up-{time.monotonic_ns()}.txt"
    with output.open("wb") as printed:
        process = subprocess.Popen(
            [sys.executable, "-m", "mini_ml.cli", "up"],
            cwd=folder,
            env={**os.environ, **told},
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
    """Run `mini-ml up` and wait until it says that it is up."""
    with started(folder, settings) as up:
        eventually(lambda: True if "is up" in up.printed() or up.process.poll() is not None else None)
        assert up.process.poll() is None, up.printed()
        yield up


def _gone(pid: int) -> bool | None:
    """Return whether a process has ended, though its parent may not have read its exit status yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE or None
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One that runs, for the tests that leave it running."""
    with running(tmp_path_factory.mktemp("up")) as shared:
        yield shared


def test_every_address_that_it_prints_answers(up: Up) -> None:
    addresses = re.findall(r"http://localhost:\S+", up.printed().partition("Train and predict")[0])

    assert len(set(addresses)) == 8
    assert [url for url in addresses if httpx2.get(url, follow_redirects=True).status_code != 200] == []


def test_the_lines_that_it_prints_can_be_pasted(up: Up) -> None:
    printed = _pasted(re.findall(r"^(?:curl|export|aws|until) .*$", up.printed(), re.MULTILINE))

    assert "Setosa" in printed
    assert "iris_predict.csv" in printed


def test_every_taken_port_is_told_before_anything_starts(up: Up, tmp_path: Path) -> None:
    taken = up.settings.model_copy(update={"state_dir": tmp_path / "other"})

    with started(tmp_path, taken) as second:
        code = second.wait()

    told = second.printed()
    assert code == 1
    for setting, port in taken.ports.items():
        assert f"port {port} is taken; choose another with {setting}=" in told
    assert "Traceback" not in told
    assert list((tmp_path / "other" / "logs").iterdir()) == []


def test_a_second_one_on_the_same_folder_is_refused(up: Up, tmp_path: Path) -> None:
    with started(tmp_path, local_settings(up.settings.state_dir)) as second:
        code = second.wait()

    assert code == 1
    assert f"process {up.process.pid} already runs on the state folder" in second.printed()


@dataclass(frozen=True)
class Life:
    """Three runs on one state folder, and what was seen of each."""

    trained: dict[str, Any]
    """The job of a training in the first run, which ended by Ctrl-C."""
    interrupted: int
    printed: str
    found: dict[str, Any]
    """The same job in the second run, which was killed."""
    model: dict[str, Any]
    orphans: list[int]
    health: int
    """The status of `/health` in the third run, which began at once, and ended by SIGTERM."""
    family: list[int]
    ended: int
    ports: list[int]


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Start, train, interrupt, start, look, kill, start, look, terminate."""
    folder = tmp_path_factory.mktemp("life")
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
    return Life(trained, interrupted, first.printed(), found, model, orphans, health, family, ended, ports)


def test_ctrl_c_stops_it_and_what_was_trained_is_there_again(life: Life) -> None:
    assert life.interrupted == 0
    assert "Traceback" not in life.printed
    assert life.found["metrics"] == life.trained["metrics"]
    assert life.model["latest"] == 1


def test_nothing_outlives_a_killed_parent(life: Life) -> None:
    assert len(life.orphans) == 8
    for pid in life.orphans:
        eventually(partial(_gone, pid))


def test_it_starts_again_right_after_it_was_killed(life: Life) -> None:
    assert life.health == 200


def test_sigterm_stops_every_process_and_frees_every_port(life: Life) -> None:
    assert life.ended == 0
    assert len(life.family) == 8
    assert [pid for pid in life.family if not _gone(pid)] == []
    assert [port for port in life.ports if not is_free(port)] == []


def _train(url: str) -> httpx2.Response:
    files = {"dataset_file": ("iris.csv", (SAMPLES / "iris.csv").read_bytes(), "text/csv")}
    form = {"target_column": "variety", "model_name": "iris"}
    return httpx2.post(f"{url}/train", files=files, data=form, timeout=60)


def _pasted(lines: list[str]) -> str:
    """Run lines as a shell would that has `aws` on its path."""
    path = f"{aws_executable().parent}{os.pathsep}{os.environ['PATH']}"
    script = "\n".join(["set -e", *lines])
    completed = subprocess.run(
        ["bash", "-c", script], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stderr
    return completed.stdout
