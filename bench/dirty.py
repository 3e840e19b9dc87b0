"""Measure how fast a file is read whose cells need a closer look: amounts in R$, weights in kg, dates, gaps and words.

.venv/bin/python -m bench.dirty [rows] [turns]
"""

import sys
import tempfile
from pathlib import Path
from statistics import median

import pandas as pd

from bench.ratios import measure_seconds, table
from bench.tables import TARGET, write_dirty_table
from mini_ml.contracts import TrainOptions
from mini_ml.ml.training.prepare import read_dataset
from mini_ml.topology import Limits


def main(rows: int = 100_000, turns: int = 3) -> None:
    """Run the benchmark and print a table; it has no goal, only a figure to compare with later ones."""
    with tempfile.TemporaryDirectory(prefix="mini-ml-bench-") as name:
        path = Path(name) / "rows.csv"
        write_dirty_table(path, rows)
        ours, texts = [], []
        for _ in range(turns):
            texts.append(measure_seconds(lambda: pd.read_csv(path, sep=";", dtype="str")))
            ours.append(measure_seconds(lambda: _read(path)))
    seconds = median(ours)
    print(f"\nA dirty file, {rows:,} rows × 7 columns, {turns} turns: read, decided and parsed for training\n")
    header = ["seconds", "rows per second", "ours / `pandas.read_csv` as text"]
    print(table(header, [[f"{seconds:.2f}", f"{rows / seconds:,.0f}", f"{seconds / median(texts):.1f}"]]), flush=True)


def _read(path: Path) -> None:
    read_dataset(path, TrainOptions(target_column=TARGET), limits=Limits(), seed=0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
