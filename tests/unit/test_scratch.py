"""The folder of an attempt ends with it, or with the next start if its process was killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from functions.trainer import factory
from mini_ml.adapters.memory.cloud import memory_cloud
from mini_ml.adapters.scratch import remove_abandoned, scratch_folder
from mini_ml.contracts import Upload

ROOT = Path(__file__).parents[2]
UPLOAD = Upload(bucket="b", key="train/m/rows.csv")
Start = Callable[[], tuple[subprocess.Popen[str], Path]]

_ATTEMPT = """
import sys, time
from pathlib import Path
from mini_ml.adapters.scratch import scratch_folder

with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "dataset.csv").write_bytes(bytes(1000))
    print(folder, flush=True)
    time.sleep(600)
"""
"""An attempt that does not end by itself."""
_MANY_ATTEMPTS = """
import sys
from pathlib import Path
from mini_ml.adapters.scratch import remove_abandoned, scratch_folder

parent, lost = Path(sys.argv[1]), 0
for _ in range(200):
    with scratch_folder(parent) as folder:
        (folder / "file").touch()
        remove_abandoned(parent)
        lost += not (folder / "file").exists()
print(lost)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts an attempt in a process of its own, and returns the process and its folder."""
    with ExitStack() as stack:

        def start_process() -> tuple[subprocess.Popen[str], Path]:
            command = [sys.executable, "-c", _ATTEMPT, str(tmp_path)]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT))
            stack.callback(process.kill)
            assert process.stdout is not None
            return process, Path(process.stdout.readline().strip())

        yield start_process


def test_a_trainer_removes_at_its_start_what_a_killed_one_left_and_nothing_else(start: Start, tmp_path: Path) -> None:
    (killed, left), (_, busy) = start(), start()
    other = tmp_path / "train-of-another-program"
    other.mkdir()
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    remained = (left / "dataset.csv").exists()

    factory.build_trainer(memory_cloud(), tmp_path)

    assert remained
    assert not left.exists()
    assert (busy / "dataset.csv").exists()
    assert other.exists()


def test_a_training_removes_what_a_killed_one_left_and_locks_its_own_folder(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bool] = []

    def train_upload(*_: object, workdir: Path, threads: int) -> None:
        remove_abandoned(tmp_path)
        found.extend([left.exists(), workdir.exists()])

    monkeypatch.setattr(factory, "train_upload", train_upload)
    train = factory.build_trainer(memory_cloud(), tmp_path)
    killed, left = start()
    killed.kill()
    killed.wait()

    train(UPLOAD)

    assert found == [False, True]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_removed_with_its_files_if_the_attempt_fails(tmp_path: Path) -> None:
    def fail() -> None:
        with scratch_folder(tmp_path) as folder:
            (folder / "dataset.csv").touch()
            raise ValueError("too large")

    with pytest.raises(ValueError, match="too large"):
        fail()

    assert list(tmp_path.iterdir()) == []


def test_a_link_with_such_a_name_is_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    (tmp_path / "mini-ml-attempt-link").symlink_to(kept)

    remove_abandoned(tmp_path)

    assert (kept / "file").exists()


def test_no_process_loses_its_folder_to_another_one(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _MANY_ATTEMPTS, str(tmp_path)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(3)]

    lost = [process.communicate(timeout=300)[0].strip() for process in processes]

    assert lost == ["0", "0", "0"]
    assert list(tmp_path.iterdir()) == []
