"""Measure what rows that cannot be read cost: reading for training and batch scoring, with and without 0.1 % of them.

.venv/bin/python -m bench.bad_rows [rows]

Each step runs in a process of its own, which prints its seconds and its peak memory.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Final

from bench.ratios import measure_seconds, table
from bench.tables import TARGET, write_table
from mini_ml.contracts import TrainOptions
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model import artifact
from mini_ml.ml.scoring.score import ScoreOptions, score_csv
from mini_ml.ml.training.prepare import read_dataset
from mini_ml.ml.training.train import train
from mini_ml.topology import MIB, Limits

_EVERY: Final = 1_000
"""One row of so many is bad."""
_TRAINING_ROWS: Final = 20_000
_TURNS: Final = 3
_STEPS: Final = {"read for training": "read", "score": "score"}


def main(rows: int = 100_000) -> None:
    """Run the benchmark and print a table."""
    with tempfile.TemporaryDirectory(prefix="mini-ml-bench-") as name:
        clean, spoiled, model = (Path(name) / file for file in ("clean.csv", "spoiled.csv", "model.joblib"))
        write_table(clean, rows)
        with clean.open() as source, spoiled.open("w") as target:
            target.writelines(_spoil(source))
        _train(Path(name), model)
        print(f"\n{rows:,} rows × 20 columns, 1 row of {_EVERY:,} bad; median of {_TURNS}\n")
        lines = []
        for title, step in _STEPS.items():
            (seconds, peak), (seconds_spoiled, peak_spoiled) = (_run(step, path, model) for path in (clean, spoiled))
            rates = [f"{rows / taken:,.0f}" for taken in (seconds, seconds_spoiled)]
            lines.append([title, *rates, f"{seconds_spoiled / seconds:.2f}", f"{peak:.0f}", f"{peak_spoiled:.0f}"])
        head = ["step", "rows per second, clean", "with bad rows", "time ratio", "peak MiB, clean", "with bad rows"]
        print(table(head, lines), flush=True)


def _spoil(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines, some of them as rows that cannot be read."""
    kinds = cycle(("{},too,many\n", '"{},too\n'))  # too many cells, and a quote that is never closed
    for number, line in enumerate(lines):
        yield next(kinds).format(line.rstrip("\n")) if number % _EVERY == _EVERY // 2 else line


def _train(folder: Path, path: Path) -> None:
    sample = folder / "sample.csv"
    write_table(sample, _TRAINING_ROWS)
    options = TrainOptions(target_column=TARGET, model_type="LogisticRegression")
    artifact.dump(train(sample, options, limits=Limits()).model, path)


def _run(step: str, path: Path, model: Path) -> tuple[float, float]:
    """Return the median seconds and the peak memory in MiB of a step in its own process."""
    command = [sys.executable, "-m", "bench.bad_rows", step, str(path), str(model)]
    runs = [tuple(map(float, subprocess.check_output(command, text=True).split())) for _ in range(_TURNS)]
    seconds, peak = sorted(runs)[_TURNS // 2]
    return seconds, peak


def _step(step: str, path: Path, model_path: Path) -> None:
    """Run one step and print its seconds and the peak memory of the process in MiB."""
    with model_path.open("rb") as file:
        model = artifact.load(file)

    def score() -> None:
        options = ScoreOptions(bad_rows="keep")
        with path.open("rb") as source, path.with_suffix(".out").open("wb") as target:
            target.writelines(score_csv(model, source, limits=Limits(), tally=Tally(), options=options, threads=2))

    def read() -> None:
        read_dataset(path, TrainOptions(target_column=TARGET), limits=Limits(), seed=0)

    seconds = measure_seconds(score if step == "score" else read)
    peak_kib = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
    print(seconds, peak_kib * 1024 / MIB)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        _step(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(*map(int, sys.argv[1:]))
