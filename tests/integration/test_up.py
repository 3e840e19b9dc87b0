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

import httpx2
import pytest

from mini_ml.local.listening import is_free
from mini_ml.local.settings import LocalSettings
from tests.fixtures.awscli import aws_executable
from tests.fixtures.patience import eventually
from tests.fixtures.platform import local_settings

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
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
        return [self.process.pid, *(pid for pid, parent in pairs if parent == self.process.pid)]

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
    """Tell that a process is no more, or is only waiting to be buried by its parent."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return True if listed.stdout.strip()[:1] in ("", "Z") else None


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


def test_sigterm_stops_every_process_and_frees_every_port(tmp_path: Path) -> None:
    with running(tmp_path) as up:
        family = up.family()
        up.process.terminate()
        code = up.wait()

    assert code == 0
    assert len(family) == 8
    assert all(_gone(pid) for pid in family)
    assert all(is_free(port) for port in up.settings.ports.values())


def test_ctrl_c_stops_it_and_what_was_trained_is_there_again(tmp_path: Path) -> None:
    with running(tmp_path) as up:
        job = _train(up.url).json()
        up.process.send_signal(signal.SIGINT)
        code = up.wait()
    with running(tmp_path, up.settings) as again:
        found = httpx2.get(f"{again.url}/jobs/{job['job_id']}").json()
        model = httpx2.get(f"{again.url}/models/iris").json()

    assert code == 0
    assert "Traceback" not in up.printed()
    assert found["metrics"] == job["metrics"]
    assert model["latest"] == 1


def test_nothing_outlives_a_killed_parent(tmp_path: Path) -> None:
    with running(tmp_path) as up:
        family = up.family()
        up.process.kill()
        up.wait()

        for pid in family:
            eventually(partial(_gone, pid))


def test_it_starts_again_right_after_it_was_killed(tmp_path: Path) -> None:
    with running(tmp_path) as up:
        up.process.kill()
        up.wait()

    with running(tmp_path, up.settings) as again:
        assert httpx2.get(f"{again.url}/health").status_code == 200


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
