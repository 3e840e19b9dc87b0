"""A CSV is scored in parallel blocks: in order, with progress, and with memory that does not grow with the file."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model import artifact, fitted
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.scoring.score import ScoreOptions, score_csv
from tests.unit.ml_reading.models import LIMITS, classifier, score

TABLE = "length,colour,variety\n" + "".join(f"{n},{('red', 'blue')[n % 2]},v{n % 7}\n" for n in range(70))
MANY = "length,colour\n" + "".join(f"{n % 70},{('red', 'blue', 'green')[n % 3]}\n" for n in range(5_000))

MEASURED = """
import sys
from pathlib import Path
from mini_ml.ml.model import artifact
from mini_ml.ml.scoring.score import score_csv
from mini_ml.ml.cells.tally import Tally
from mini_ml.topology import Limits

path = Path(sys.argv[2])
with Path(sys.argv[1]).open("rb") as file:
    model = artifact.load(file)
with path.open("rb") as source, path.with_suffix(".out").open("wb") as target:
    for part in score_csv(model, source, limits=Limits(), tally=Tally(), threads=2):
        target.write(part)
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


@pytest.fixture(scope="module")
def flowers() -> FittedModel:
    return classifier(TABLE)


@pytest.mark.parametrize("threads", [2, 5])
def test_the_number_of_threads_changes_nothing(flowers: FittedModel, threads: int) -> None:
    alone, together = Tally(), Tally()
    options = ScoreOptions(probabilities=True)

    one = b"".join(score_csv(flowers, BytesIO(MANY.encode()), limits=LIMITS, tally=alone, options=options))
    several = b"".join(
        score_csv(
            flowers,
            BytesIO(MANY.encode()),
            limits=LIMITS,
            tally=together,
            options=options,
            chunk_bytes=500,
            threads=threads,
        )
    )

    assert several == one
    assert together == alone


def test_rows_keep_their_order_and_bytes(flowers: FittedModel) -> None:
    output = score(flowers, MANY, chunk_bytes=100).decode().splitlines()

    assert [line.rpartition(",")[0] for line in output] == MANY.splitlines()


def test_progress_is_reported_while_the_file_is_read(flowers: FittedModel) -> None:
    progress: list[tuple[int, int]] = []

    list(
        score_csv(
            flowers,
            BytesIO(MANY.encode()),
            limits=LIMITS,
            tally=Tally(),
            chunk_bytes=1_000,
            threads=2,
            on_progress=lambda rows, size: progress.append((rows, size)),
        )
    )

    assert len(progress) > 10
    assert progress == sorted(progress)
    assert progress[-1] == (5_000, len(MANY))


def test_many_rows_are_predicted_in_batches_that_fit_into_memory(
    flowers: FittedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = score(flowers, MANY, ScoreOptions(probabilities=True))

    monkeypatch.setattr(fitted, "_MAX_CELLS", 10 * flowers.encoder.width)

    assert score(flowers, MANY, ScoreOptions(probabilities=True)) == at_once


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")
def test_memory_does_not_grow_with_the_file(flowers: FittedModel, tmp_path: Path) -> None:
    artifact.dump(flowers, tmp_path / "model.joblib")
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    row = b"5,red," + b"what nobody reads," * 3 + b"end\n"
    small.write_bytes(b"length,colour,a,b,c,d\n" + row * 100_000)
    large.write_bytes(b"length,colour,a,b,c,d\n" + row * 400_000)

    peaks = [peak_mib(tmp_path / "model.joblib", path) for path in (small, large)]

    assert peaks[1] <= 1.1 * peaks[0]
    assert peaks[1] <= 400


def peak_mib(model_path: Path, path: Path) -> float:
    """Return the most memory of a process that scores a file; getrusage would count its parent's too."""
    command = [sys.executable, "-c", MEASURED, str(model_path), str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return int(run.stdout) / 1024
