"""Measures all that has a goal, as ratios, and says which goals were met.

python -m bench           in under two minutes on a free machine
python -m bench --full    a million rows, and MLflow's scoring server beside ours; draws docs/performance.svg
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench import batch, cold, event_path, online, training
from bench.results import Result, as_documents, summary

_PLOT: Final = Path(__file__).parents[1] / "docs" / "performance.svg"


def main(*, full: bool) -> None:
    """Run all parts, one after the other, and print a summary."""
    results = [
        *event_path.main(),
        *training.main(100_000 if full else 15_000),
        *(batch.main(1_000_000, 200_000) if full else batch.main()),
        *online.main(full=full),
        *cold.main(),
    ]
    print(f"\nAll goals\n\n{summary(results)}", flush=True)
    if full:
        _draw(results)


def _draw(results: Sequence[Result]) -> None:
    """Draw the plot by matplotlib, which MLflow's environment has."""
    from tests.fixtures.environments import environment_of  # only the full run needs an environment

    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(as_documents(results), file)
        file.flush()
        script = Path(__file__).with_name("plot.py")
        subprocess.run([environment_of("mlflow") / "bin" / "python", script, file.name, _PLOT], check=True)


if __name__ == "__main__":
    main(full="--full" in sys.argv[1:])
