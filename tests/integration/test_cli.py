"""`mini-ml` commands against a running platform."""

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mini_ml.cli import main
from mini_ml.topology import Limits
from tests.fixtures.platform import Platform

SAMPLES = Path(__file__).parents[2] / "samples"
IRIS = ["--model-name", "cli-iris"]

Cli = Callable[..., str]


@pytest.fixture
def cli(platform: Platform, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command, check that it succeeds, and return its output."""

    def run(command: str, *arguments: str | Path) -> str:
        code = main([command, "--url", platform.api_url, *map(str, arguments)])
        printed = capsys.readouterr()
        assert code == 0, printed.err
        return printed.out

    return run


@pytest.fixture
def trained(cli: Cli) -> dict[str, Any]:
    """A training job of the iris sample."""
    printed = cli("train", SAMPLES / "iris.csv", *IRIS, "--target-column", "variety", "--json")
    return dict(json.loads(printed))


def test_a_model_is_trained_and_listed(cli: Cli, trained: dict[str, Any]) -> None:
    assert trained["state"] == "succeeded"
    assert "cli-iris" in cli("models")
    assert f"latest       {trained['version']}" in cli("models", "cli-iris")
    assert trained["job_id"] in cli("jobs", *IRIS)
    assert "succeeded" in cli("jobs", trained["job_id"])


@pytest.mark.usefixtures("trained")
def test_predictions_are_printed_one_per_line(cli: Cli) -> None:
    lines = cli("predict", SAMPLES / "iris_predict.csv", *IRIS).splitlines()

    assert len(lines) == len((SAMPLES / "iris_predict.csv").read_text().splitlines()) - 1
    assert set(lines) <= {"Setosa", "Versicolor", "Virginica"}


@pytest.mark.usefixtures("trained")
def test_an_output_file_contains_the_rows_and_their_predictions(cli: Cli, tmp_path: Path) -> None:
    cli("predict", SAMPLES / "iris_predict.csv", *IRIS, "--output", tmp_path / "out.csv")

    rows = (SAMPLES / "iris_predict.csv").read_text().splitlines()
    scored = (tmp_path / "out.csv").read_text().splitlines()
    assert scored[0] == f"{rows[0]},prediction"
    assert [line.rpartition(",")[0] for line in scored[1:]] == rows[1:]
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.usefixtures("trained")
def test_a_file_larger_than_the_inline_limit_is_uploaded_to_s3(cli: Cli, tmp_path: Path) -> None:
    header, *rows = (SAMPLES / "iris_predict.csv").read_text().splitlines()
    repeated = rows * (Limits().inline_upload_bytes // len("\n".join(rows)) + 1)
    large = tmp_path / "large.csv"
    large.write_text("\n".join([header, *repeated]) + "\n")

    printed = cli("predict", large, *IRIS, "--output", tmp_path / "out.csv")

    assert "out.csv" in printed
    assert len((tmp_path / "out.csv").read_text().splitlines()) == len(repeated) + 1


@pytest.mark.parametrize("name", ["large.csv", "large.csv.gz"])
def test_the_head_of_a_large_file_is_inspected(cli: Cli, tmp_path: Path, name: str) -> None:
    cells = random.Random(7).randbytes(Limits().inline_upload_bytes).hex()
    rows = "".join(f"{cells[place : place + 400]},{place % 3}\n" for place in range(0, len(cells), 400))
    content = f"note,rest\n{rows}".encode()
    (tmp_path / name).write_bytes(gzip.compress(content, 1) if name.endswith(".gz") else content)

    lines = cli("inspect", tmp_path / name).splitlines()

    assert lines[1].startswith("  sent      only the start of the file")
    assert lines[2].endswith("looked at; the file has more")
    assert "  target    rest" in lines


def test_a_rejection_prints_its_errors(platform: Platform, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.csv").write_text("a,a\n1,2\n")

    code = main(["train", str(tmp_path / "bad.csv"), "--url", platform.api_url, "--model-name", "cli-bad"])

    assert code == 1
    assert "  - " in capsys.readouterr().err
