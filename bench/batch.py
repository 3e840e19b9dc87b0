"""Measure batch scoring against a streamed pandas parse plus a bare predict on a prepared matrix.

    .venv/bin/python -m bench.batch [rows of a linear model] [rows of trees] [turns]

Three model types are measured from disk to disk, once with predictions only and once with the rows and predictions.
A linear model is also measured without and with the comparison with its training rows.
Then the peak memory of a process that scores a small and a large file is measured.
"""

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

import joblib
import pandas as pd

from bench.ratios import Action, ratio, run_in_turns, table
from bench.results import Result, at_least, at_most
from bench.tables import TARGET, write_table
from mini_ml.contracts import TrainOptions
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model import artifact
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.scoring.drift_counts import DriftCounter
from mini_ml.ml.scoring.score import ScoreOptions, score_csv
from mini_ml.ml.training.dataset import read_table
from mini_ml.ml.training.train import train
from mini_ml.ml.training.trained import Trained
from mini_ml.topology import MIB, Limits

_LIMITS: Final = Limits()
_TRAINING_ROWS: Final = 20_000
_PEER_ROWS: Final = 50_000
_SMALL_ROWS: Final = 100_000
_OUTPUTS: Final = {"predictions only": True, "rows and predictions": False}
_GOALS: Final = {
    "LogisticRegression": ("0.5", "0.4"),
    "HistGradientBoostingClassifier": ("0.9", "0.9"),
    "RandomForestClassifier": ("0.9", "0.9"),
}
_PEAK: Final = """
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
    for part in score_csv(model, source, limits=Limits(), tally=Tally(), threads=int(sys.argv[3])):
        target.write(part)
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def main(rows: int = 200_000, tree_rows: int = 20_000, turns: int = 3) -> list[Result]:
    """Run the benchmark and print two tables."""
    print(f"\nBatch, {rows:,} rows × 20 columns, trees {tree_rows:,}; {turns} turns, {joblib.cpu_count()} CPUs\n")
    with tempfile.TemporaryDirectory(prefix="mini-ml-bench-") as name:
        folder = Path(name)
        lines = []
        for model_type, goals in _GOALS.items():
            path = _write_rows(folder, rows if model_type == "LogisticRegression" else tree_rows)
            lines.extend(_compare(_train(folder, model_type).model, path, goals, turns))
        print(table(["model type", "output", "peer, s", "mini-ml, s", "peer / mini-ml", "goal"], lines), flush=True)
        large_rows = max(rows, 2 * _SMALL_ROWS)
        peaks = [
            _peak_mib(folder / "LogisticRegression", _write_rows(folder, size)) for size in (_SMALL_ROWS, large_rows)
        ]
    print(f"\nPeak memory: {_SMALL_ROWS:,} rows {peaks[0]:.0f} MiB, {large_rows:,} rows {peaks[1]:.0f} MiB (goal: 381)")
    print(f"ratio {peaks[1] / peaks[0]:.2f} (goal: 1.1)", flush=True)
    speeds = [at_least(f"batch, {line[0]}, {line[1]}", float(line[4]), float(line[5])) for line in lines if line[5]]
    memory = [
        at_most("batch, peak memory, MiB", max(peaks), 381),
        at_most("batch, growth of peak memory", peaks[1] / peaks[0], 1.1),
    ]
    return [*speeds, *memory]


def score_file(
    model: FittedModel,
    path: Path,
    *,
    only_predictions: bool,
    tally: Tally | None = None,
    counter: DriftCounter | None = None,
) -> None:
    """Score a file as the batch predictor does, from disk to disk; with a counter, count its rows too."""
    options, threads = ScoreOptions(only_predictions=only_predictions), joblib.cpu_count()
    tally = Tally() if tally is None else tally
    with path.open("rb") as source, path.with_suffix(".out").open("wb") as target:
        for part in score_csv(
            model, source, limits=_LIMITS, tally=tally, options=options, drift=counter, threads=threads
        ):
            target.write(part)


def _write_rows(folder: Path, rows: int) -> Path:
    """Write a table of that many rows unless it exists, and return its path."""
    path = folder / f"{rows}.csv"
    if not path.exists():
        write_table(path, rows)
    return path


def _train(folder: Path, model_type: str) -> Trained:
    options = TrainOptions(target_column=TARGET, model_type=model_type)
    trained = train(_write_rows(folder, _TRAINING_ROWS), options, limits=_LIMITS)
    artifact.dump(trained.model, folder / model_type)
    return trained


def _compare(model: FittedModel, path: Path, goals: tuple[str, str], turns: int) -> list[list[str]]:
    """Measure both outputs and the peer in turns, and return a line of the table per output."""
    frame = model.reader.parse(read_table(path, _LIMITS)).take(slice(_PEER_ROWS))
    ready, estimator = model.members[0].encode(frame), model.members[0].estimator

    def peer() -> None:
        """Parse the file in chunks, and predict the same number of prepared rows."""
        for chunk in pd.read_csv(path, chunksize=_PEER_ROWS):
            estimator.predict(ready[: len(chunk)])

    actions: dict[str, Action] = {"peer": peer}
    for name, only_predictions in _OUTPUTS.items():
        actions[name] = partial(score_file, model, path, only_predictions=only_predictions)
    seconds = run_in_turns(actions, turns)
    return [
        [
            type(estimator).__name__,
            name,
            f"{sorted(seconds['peer'])[turns // 2]:.2f}",
            f"{sorted(seconds[name])[turns // 2]:.2f}",
            f"{ratio(seconds['peer'], seconds[name]):.2f}",
            goal,
        ]
        for name, goal in zip(_OUTPUTS, goals, strict=True)
    ]


def _peak_mib(model_path: Path, path: Path) -> float:
    """Score in a separate process, and return its peak memory."""
    command = [sys.executable, "-c", _PEAK, str(model_path), str(path), str(joblib.cpu_count())]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) * 1024 / MIB


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
