"""Measure the time that training adds to `fit` (reading, deciding, encoding, evaluating, profiling), and its memory.

.venv/bin/python -m bench.training [rows] [turns]
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Final
from unittest.mock import patch

import pandas as pd
from numpy.typing import NDArray

from bench.ratios import measure_seconds, table
from bench.results import Result, at_most
from bench.tables import TARGET, write_table
from mini_ml.contracts import TrainOptions
from mini_ml.ml.estimators.fitting import fit
from mini_ml.ml.frame import Matrix
from mini_ml.ml.training import fit_estimator
from mini_ml.ml.training import train as training
from mini_ml.topology import MIB, Limits

_MODEL_TYPES: Final = (
    "GaussianNB",
    "LogisticRegression",
    "HistGradientBoostingClassifier",
    "RandomForestClassifier",
)
_PEAK: Final = """
import sys
from pathlib import Path
from bench.training import train
def peak():
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
before = peak()
train(Path(sys.argv[1]), "LogisticRegression")
print(peak() - before)
"""


def main(rows: int = 15_000, turns: int = 3) -> list[Result]:
    """Run the benchmark and print a table."""
    with tempfile.TemporaryDirectory(prefix="mini-ml-bench-") as name:
        path = Path(name) / "rows.csv"
        write_table(path, rows)
        _import_all(Path(name))
        lines = [_measure(path, model_type, rows, turns) for model_type in _MODEL_TYPES]
        size = path.stat().st_size
        peak = int(subprocess.check_output([sys.executable, "-c", _PEAK, str(path)], text=True)) * 1024
    print(f"\nTraining, {rows:,} rows × 20 columns, {turns} turns; goal: 1 s beyond `fit` for 100,000 rows\n")
    header = [
        "model type",
        "`fit`, s",
        "beyond `fit`, s",
        "beyond `fit`, s per 100,000 rows",
        "beyond `fit` / `pandas.read_csv`",
        "profile, s",
        "training with / without profile",
    ]
    print(table(header, lines))
    print(f"\nPeak memory of LogisticRegression: {peak / size:.1f} × the CSV's {size / MIB:.0f} MiB", flush=True)
    return [
        *(at_most(f"{line[0]}, beyond fit, s for 100,000 rows", float(line[3]), 1.0) for line in lines),
        *(at_most(f"{line[0]}, profile, s", float(line[5]), max(1.0, 0.1 * float(line[1]))) for line in lines),
    ]


def _import_all(folder: Path) -> None:
    """Train once on a small table, so that imports are not measured."""
    small = folder / "small.csv"
    write_table(small, 1_000)
    train(small, "RandomForestClassifier")


def train(path: Path, model_type: str) -> float:
    """Train as the trainer does, without storing the model, and return the seconds of the profile."""
    options = TrainOptions(target_column=TARGET, model_type=model_type)
    return training.train(path, options, limits=Limits(), clock=time.perf_counter).profile.seconds


def _measure(path: Path, model_type: str, rows: int, turns: int) -> list[str]:
    fits, beyond, ratios, profiles, slower = [], [], [], [], []
    for _ in range(turns):
        parsing = measure_seconds(lambda: pd.read_csv(path))
        fit, profile, total = _measure_parts(path, model_type)
        fits.append(fit)
        profiles.append(profile)
        beyond.append(total - fit - profile)
        ratios.append((total - fit - profile) / parsing)
        slower.append(total / (total - profile))
    extra = median(beyond)
    return [
        model_type,
        f"{median(fits):.2f}",
        f"{extra:.2f}",
        f"{extra * 1e5 / rows:.2f}",
        f"{median(ratios):.1f}",
        f"{median(profiles):.2f}",
        f"{median(slower):.2f}",
    ]


def _measure_parts(path: Path, model_type: str) -> tuple[float, float, float]:
    """Return the seconds of `fit` in a training, of its profile, and of the whole training."""
    inside: list[float] = []
    profiles: list[float] = []

    def timed_fit(
        estimator: Any, matrix: Matrix, target: NDArray[Any], *, model_type: str, threads: int = 1
    ) -> list[str]:
        started = time.perf_counter()
        notes = fit(estimator, matrix, target, model_type=model_type, threads=threads)
        inside.append(time.perf_counter() - started)
        return notes

    with patch.object(fit_estimator, "fit", timed_fit):
        total = measure_seconds(lambda: profiles.append(train(path, model_type)))
    return inside[0], profiles[0], total


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
