"""Measure what the comparison with the training rows costs a batch, for files of several shapes.

    .venv/bin/python -m bench.drift [turns]

The processor time of the comparison is measured where it is spent: it is a few percent of the scoring, less than two
runs of the same scoring differ on a machine that does other things too. The scoring is a part of the batch, so the last
columns say how long the job takes on the local platform, and which share of that the comparison has.
"""

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Lock
from typing import Final

import numpy as np
import pandas as pd

from bench.batch import score_file
from bench.local_platform import run_local_platform
from bench.ratios import table
from bench.results import Result, at_most
from bench.tables import TARGET, write_table
from mini_ml.client import Client
from mini_ml.contracts import TrainOptions
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.frame import Frame
from mini_ml.ml.model.fitted import Predictions
from mini_ml.ml.scoring.drift import build_drift
from mini_ml.ml.scoring.drift_counts import DriftCounter, DriftCounts
from mini_ml.ml.scoring.drift_reference import build_drift_reference
from mini_ml.ml.training.train import train
from mini_ml.ml.training.trained import Trained
from mini_ml.topology import Limits

_OPTIONS: Final = TrainOptions(target_column=TARGET, model_type="LogisticRegression")
_WIDE_COLUMNS: Final = 500
_TRAINING_ROWS: Final = {20: 20_000, _WIDE_COLUMNS: 2_000}
_FILES: Final = {20: (1_000, 10_000, 200_000), _WIDE_COLUMNS: (1_000, 20_000)}
"""The rows of each file, by the number of columns."""
_GOAL: Final = 0.05
"""Share of the time of a batch."""
_LOCK: Final = Lock()


@dataclass(frozen=True)
class _Spent:
    """Processor time of one batch, in milliseconds."""

    scoring: float
    """All but the comparison."""
    drift: float


class _TimedCounter(DriftCounter):
    """Counts, and adds up the processor time that it takes; parts are counted in several threads."""

    spent_seconds = 0.0

    def count(self, frame: Frame, predictions: Predictions, *, first_row: int) -> DriftCounts:
        started = time.thread_time()
        counts = super().count(frame, predictions, first_row=first_row)
        with _LOCK:
            self.spent_seconds += time.thread_time() - started
        return counts

    def add(self, counts: DriftCounts) -> None:
        started = time.thread_time()
        super().add(counts)
        with _LOCK:
            self.spent_seconds += time.thread_time() - started


def main(turns: int = 15) -> list[Result]:
    """Run the benchmark and print a table; the goals are those of the jobs."""
    spent: dict[tuple[int, int], _Spent] = {}
    with tempfile.TemporaryDirectory(prefix="mini-ml-bench-") as name:
        folder = Path(name)
        for columns, files in _FILES.items():
            trained = train(_training_file(folder, columns), _OPTIONS, limits=Limits())
            for rows in files:
                spent[columns, rows] = _measure_scoring(trained, _write(folder, columns, rows), turns)
        jobs = _measure_jobs(folder, turns)
    lines = [
        [
            str(columns),
            f"{rows:,}",
            f"{found.scoring:.1f}",
            f"{found.drift:.1f}",
            f"{found.drift / found.scoring:.1%}",
            f"{jobs[columns, rows]:.0f}",
            f"{found.drift / jobs[columns, rows]:.1%}",
        ]
        for (columns, rows), found in spent.items()
    ]
    print(f"\nDrift of a batch, {_OPTIONS.model_type}, predictions only, median of {turns}\n")
    header = ["columns", "rows", "scoring, ms", "drift, ms", "drift / scoring", "job, ms", "drift / job"]
    print(table(header, lines), flush=True)
    return [
        at_most(
            f"drift / job, {columns} columns × {rows:,} rows",
            found.drift / jobs[columns, rows],
            _GOAL,
        )
        for (columns, rows), found in spent.items()
    ]


def _measure_scoring(trained: Trained, path: Path, turns: int) -> _Spent:
    """Score a file several times, and return the median times."""
    found = [_score(trained, path) for _ in range(turns + 1)][1:]  # the first one warms up
    return _Spent(median(one.scoring for one in found), median(one.drift for one in found))


def _score(trained: Trained, path: Path) -> _Spent:
    reference = build_drift_reference(trained.model, trained.profile)
    counter, tally = _TimedCounter(reference, file_bytes=path.stat().st_size), Tally()
    started = time.process_time()
    score_file(trained.model, path, only_predictions=True, tally=tally, counter=counter)
    assert counter.total is not None
    built = time.process_time()
    build_drift(trained.model, reference, counter.total, tally)
    ended = time.process_time()
    drift = counter.spent_seconds + ended - built
    return _Spent(1_000 * (ended - started - drift), 1_000 * drift)


def _measure_jobs(folder: Path, turns: int) -> dict[tuple[int, int], float]:
    """Return the median milliseconds from the start to the end of the job of each batch, on the local platform."""
    milliseconds = {}
    with run_local_platform(folder / "state") as addresses, Client(addresses.services["api"]) as client:
        for columns, files in _FILES.items():
            client.train(_training_file(folder, columns), model_name=f"columns-{columns}", options=_OPTIONS)
            for rows in files:
                found = [_predict(client, _write(folder, columns, rows), columns) for _ in range(turns + 1)]
                milliseconds[columns, rows] = median(found[1:])  # the first one loads the model
    return milliseconds


def _predict(client: Client, path: Path, columns: int) -> float:
    """Score a file, and return the milliseconds of its job."""
    job = client.job(client.predict(path, model_name=f"columns-{columns}").job_id)
    assert job.started_at is not None
    assert job.finished_at is not None
    return (job.finished_at - job.started_at).total_seconds() * 1_000


def _training_file(folder: Path, columns: int) -> Path:
    return _write(folder, columns, _TRAINING_ROWS[columns])


def _write(folder: Path, columns: int, rows: int) -> Path:
    path = folder / f"{columns}-{rows}.csv"
    if not path.exists():
        if columns == _WIDE_COLUMNS:
            _write_wide_table(path, rows)
        else:
            write_table(path, rows)
    return path


def _write_wide_table(path: Path, rows: int) -> None:
    """Write a CSV of decimals, with a category in each tenth column, and a target."""
    random = np.random.default_rng(5)
    table = pd.DataFrame(
        {
            f"column_{place}": random.choice(["red", "green", "blue"], rows)
            if place % 10 == 0
            else np.round(random.normal(place, 3, rows), 3)
            for place in range(_WIDE_COLUMNS)
        }
    )
    table[TARGET] = np.where(table["column_1"] > 1, "stays", "leaves")
    table.to_csv(path, index=False, lineterminator="\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
