"""`mini-ml demo` runs all its steps and cleans up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.waiting import eventually

HOSTILE = {
    "HOME": "/nonexistent",
    "PATH": "/nonexistent",
    "LANG": "tr_TR.ISO-8859-9",
    "LC_ALL": "tr_TR.ISO-8859-9",
    "TZ": "Asia/Kathmandu",
    "TERM": "dumb",
    "COLUMNS": "20",
    "PYTHONIOENCODING": "ascii",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "OMP_NUM_THREADS": "7",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "http_proxy": "http://127.0.0.1:1",
    "ALL_PROXY": "http://127.0.0.1:1",
    "AWS_PROFILE": "production",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
}
"""Variables of a shell that change the behaviour of programs; they must not affect the platform."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> "subprocess.CompletedProcess[str]":
    """The demo, run once in an empty folder."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {**HOSTILE, "TMPDIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "mini_ml.cli", "demo"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_it_succeeds(demo: "subprocess.CompletedProcess[str]") -> None:
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert demo.stderr == ""


def test_every_line_fits_into_80_columns(demo: "subprocess.CompletedProcess[str]") -> None:
    assert [line for line in demo.stdout.splitlines() if len(line) > 80] == []


def test_every_step_has_its_seconds(demo: "subprocess.CompletedProcess[str]") -> None:
    steps = [line for line in demo.stdout.splitlines() if line.endswith(" s") and line.strip()[0].isdigit()]

    assert [step.split()[0] for step in steps] == ["1", "2", "3", "4", "5", "6"]


def test_it_prints_metrics_predictions_and_uris(demo: "subprocess.CompletedProcess[str]") -> None:
    joined = demo.stdout.replace("\n" + " " * 11, "")

    assert "accuracy 0." in joined
    assert "(5 of 15 rows)" in joined
    assert "s3://mini-ml-artifacts/models/iris/artifacts/" in joined
    assert "s3://mini-ml-artifacts/predictions/iris/000001/" in joined
    assert "s3://mini-ml-artifacts/jobs/" in joined


def test_it_leaves_no_file_behind(
    demo: "subprocess.CompletedProcess[str]", tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert list(tmp_path_factory.getbasetemp().glob("demo*/*")) == []


def test_a_failing_demo_prints_the_reason_and_exits_1(tmp_path: Path) -> None:
    code = (
        "import sys; from mini_ml.local import samples; from pathlib import Path;"
        f"samples.FOLDER = Path({str(tmp_path)!r}); from mini_ml.cli import main; sys.exit(main(['demo']))"
    )

    failed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300)

    assert failed.returncode == 1
    assert "iris.csv not found. The samples are only part of a checkout" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_an_interrupted_demo_exits_with_130_and_cleans_up(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "mini_ml.cli", "demo"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        eventually(lambda: next(tmp_path.glob("mini-ml-demo-*/logs/emulator.log"), None))
        process.terminate()
        printed = process.stdout.read()

    assert process.returncode == 130
    assert b"Traceback" not in printed
    assert list(tmp_path.iterdir()) == []
