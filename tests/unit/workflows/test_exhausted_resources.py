"""A worker that runs out of disk or memory fails its job with the reason, and leaves nothing visible."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to these limits")


def run_limited_job(tmp_path: Path, limit: str, given: int, kind: str) -> str:
    """Run a job under a limit, and return its state, code, attempts and number of results."""
    command = [sys.executable, "-m", "tests.fixtures.limited_job", limit, str(given), str(tmp_path), kind]
    run = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_a_full_disk_fails_the_job_by_name_and_leaves_no_files(tmp_path: Path) -> None:
    assert run_limited_job(tmp_path, "FSIZE", 1_000_000, "train") == "failed out_of_space 3 0"


def test_a_batch_is_scored_without_a_disk(tmp_path: Path) -> None:
    assert run_limited_job(tmp_path, "FSIZE", 1_000_000, "predict") == "succeeded None 1 2"


def test_exhausted_memory_fails_the_job_by_name_and_leaves_no_files(tmp_path: Path) -> None:
    assert run_limited_job(tmp_path, "AS", 8_000_000, "train") == "failed out_of_memory 3 0"
