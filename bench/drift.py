"""Measure how much longer batch scoring takes with the comparison with the training rows, for files of several shapes.

    .venv/bin/python -m bench.drift [turns]

Processor time is measured, with and without the comparison in turns, and the least of each counts: other load on the
machine only ever adds to it. A turn scores a small file several times, because one time is too short to measure.
"""

import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from bench.batch import score_file
from bench.ratios import Action, table
from bench.tables import TARGET, write_table
from mini_ml.contracts import TrainOptions
from mini_ml.ml.scoring.drift_reference import build_drift_reference
from mini_ml.ml.training.train import train
from mini_ml.ml.training.trained import Trained
from mini_ml.topology import Limits

_MODEL_TYPE: Final = "LogisticRegression"
_WIDE_COLUMNS: Final = 500
_TRAINING_ROWS: Final = {20: 20_000, _WIDE_COLUMNS: 2_000}
_FILES: Final = {20: {1_000: 40, 10_000: 10, 200_000: 1}, _WIDE_COLUMNS: {1_000: 5, 20_000: 1}}
"""By the number of columns: the rows of each file, and how many times a turn scores it."""


def main(turns: int = 7) -> None:
    """Run the benchmark and print a table."""
    lines = []
    with tempfile.TemporaryDirectory(prefix="mini-ml-bench-") as name:
        for columns, files in _FILES.items():
            trained = _train(Path(name), columns)
            for rows, times in files.items():
                lines.append(_measure(trained, _write(Path(name), columns, rows), columns, rows, times, turns))
    print(f"\nDrift of a batch, {_MODEL_TYPE}, predictions only, {turns} turns\n")
    print(table(["columns", "rows", "without, ms", "with, ms", "with / without"], lines), flush=True)


def _measure(trained: Trained, path: Path, columns: int, rows: int, times: int, turns: int) -> list[str]:
    """Return a line of the table."""
    reference = build_drift_reference(trained.model, trained.profile)
    without = partial(score_file, trained.model, path, only_predictions=True)
    actions: dict[str, Action] = {"without": without, "with": partial(without, reference=reference)}
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(turns + 1):  # the first turn warms up
        for name, action in actions.items():
            seconds[name].append(_measure_processor_seconds(action, times))
    least = {name: min(found[1:]) for name, found in seconds.items()}
    milliseconds = [f"{1_000 * least[name]:.1f}" for name in actions]
    return [str(columns), f"{rows:,}", *milliseconds, f"{least['with'] / least['without']:.3f}"]


def _measure_processor_seconds(action: Action, times: int) -> float:
    """Run an action several times, and return the processor time of one run in all threads."""
    started = time.process_time()
    for _ in range(times):
        action()
    return (time.process_time() - started) / times


def _train(folder: Path, columns: int) -> Trained:
    options = TrainOptions(target_column=TARGET, model_type=_MODEL_TYPE)
    return train(_write(folder, columns, _TRAINING_ROWS[columns]), options, limits=Limits())


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
