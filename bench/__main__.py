"""Run all benchmarks that have a goal, and report which goals were met.

python -m bench           takes about four minutes on an idle machine
python -m bench --full    uses a million rows, compares with MLflow's scoring server, and draws docs/performance.svg
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench import bad_rows, batch, cold, dirty, drift, event_path, online, training
from bench.results import Result, as_documents, summary

_PLOT: Final = Path(__file__).parents[1] / "docs" / "performance.svg"


def main(*, full: bool) -> None:
    """Run all benchmarks in sequence, and print a summary."""
    results = [
        *event_path.main(),
        *training.main(100_000 if full else 15_000),
        *(batch.main(1_000_000, 200_000) if full else batch.main()),
        *drift.main(),
        *online.main(full=full),
        *cold.main(),
    ]
    dirty.main(1_000_000 if full else 100_000)
    bad_rows.main(1_000_000 if full else 100_000)
    print(f"\nAll goals\n\n{summary(results)}", flush=True)
    if full:
        _draw(results)


def _draw(results: Sequence[Result]) -> None:
    """Draw the plot with matplotlib, which is part of MLflow's environment."""
    from tests.fixtures.environments import environment_of  # only needed for the full run

    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(as_documents(results), file)
        file.flush()
        script = Path(__file__).with_name("plot.py")
        subprocess.run([environment_of("mlflow") / "bin" / "python", script, file.name, _PLOT], check=True)


if __name__ == "__main__":
    main(full="--full" in sys.argv[1:])
