"""Compare the memory estimate with the measured peak: `python -m bench.memory`, one process per training.

`python -m bench.memory GaussianNB 60000 20` trains once, and prints the peak and the estimate in MiB, and their ratio.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

import numpy as np

from mini_ml import catalogue
from mini_ml.contracts import TrainOptions
from mini_ml.ml.estimates.preflight import JobEstimate, check_estimate
from mini_ml.ml.training import fitter
from mini_ml.ml.training import train as training
from mini_ml.topology import Limits

CASES = (
    *((name, 150_000, 30) for name in ("GaussianNB", "LogisticRegression", "LinearDiscriminantAnalysis", "RidgeCV")),
    *((name, 150_000, 30) for name in ("LarsCV", "HistGradientBoostingClassifier", "DecisionTreeRegressor")),
    ("ExtraTreesClassifier", 60_000, 20),
    ("RandomForestRegressor", 45_000, 5),
    ("SVC", 6_000, 30),
    ("KernelRidge", 5_000, 10),
    ("GaussianProcessRegressor", 2_000, 10),
    ("GaussianProcessClassifier", 1_500, 10),
    ("TheilSenRegressor", 10_000, 10),
)
"""Model type, rows, columns."""


def write_table(path: Path, model_type: str, rows: int, columns: int) -> Path:
    """Write a numeric table with a target for the task of the model type."""
    random = np.random.default_rng(0)
    with path.open("w") as file:
        file.write(",".join([*(f"f{column}" for column in range(columns)), "target"]) + "\n")
        for _ in range(rows):
            cells = random.normal(size=columns).round(4).tolist()
            amount = cells[0] + cells[1]
            label = amount if catalogue.task_of(model_type) == "regression" else ("yes" if amount > 0 else "no")
            file.write(",".join(map(str, [*cells, label])) + "\n")
    return path


def measure(model_type: str, rows: int, columns: int) -> tuple[float, float]:
    """Train in this process, and return its peak memory and the estimate in MiB."""
    estimates: list[float] = []

    def record_estimate(estimate: JobEstimate, limits: Limits) -> None:
        estimates.append(estimate.memory_mib)
        check_estimate(estimate, limits)

    with tempfile.TemporaryDirectory() as folder, patch.object(fitter, "check_estimate", record_estimate):
        path = write_table(Path(folder) / "table.csv", model_type, rows, columns)
        options = TrainOptions(model_type=model_type)
        training.train(path, options, limits=Limits(estimated_seconds=10**6, estimated_memory_mib=10**6))
    return _peak_mib(), estimates[0]


def _peak_mib() -> float:
    """Return the peak memory of this process in MiB; getrusage would include the parent process."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Measure one case, or all."""
    if len(sys.argv) == 4:
        model_type, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        peak, estimate = measure(model_type, rows, columns)
        print(f"{model_type:32}{rows:>9,}{columns:>5}{peak:>9.0f}{estimate:>9.0f}{estimate / peak:>7.2f}")
        return
    print(f"{'model type':32}{'rows':>9}{'cols':>5}{'peak':>9}{'estimate':>9}{'ratio':>7}", flush=True)
    for case in CASES:
        subprocess.run([sys.executable, "-m", "bench.memory", *map(str, case)], check=False)


if __name__ == "__main__":
    main()
