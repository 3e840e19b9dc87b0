"""Measure the warm local platform from the upload of iris to the finished job: each step, and the memory of processes.

    .venv/bin/python -m bench.event_path [trainings]

The steps are separated by the times in the job and the manifest, which the client, the api and the trainer write by
the same machine's clock.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

import psutil
from sklearn.ensemble import RandomForestClassifier

from bench.local_platform import run_local_platform
from bench.ratios import Action, table
from bench.results import Result, at_most
from mini_ml.client import Client
from mini_ml.contracts import ManifestView, TrainOptions
from mini_ml.local import samples
from mini_ml.ml.training.train import train
from mini_ml.topology import MIB, Limits

_OPTIONS: Final = TrainOptions(target_column="variety", model_type="RandomForestClassifier")
_WARM_UPS: Final = 3
_STEPS: Final = (
    "api writes the job",
    "upload, event, poller, lease",
    "download, train, artifact",
    "manifest, completion of the job",
    "waiting client receives the result",
)


def main(trainings: int = 9) -> list[Result]:
    """Run the benchmark and print two tables."""
    with (
        tempfile.TemporaryDirectory(prefix="mini-ml-bench-") as folder,
        run_local_platform(Path(folder)) as addresses,
        Client(addresses.services["api"]) as client,
    ):
        measured = [_measure_steps(client) for _ in range(_WARM_UPS + trainings)][_WARM_UPS:]
        memory = _measure_memory()
    total = median(map(sum, measured))
    print(f"\nEvent path: iris by POST /train until the response, warm, median of {trainings} (goal: 500 ms)\n")
    rows = [[name, f"{median(step):.0f}"] for name, step in zip(_STEPS, zip(*measured, strict=True), strict=True)]
    inside = [
        ["of which training, measured without the cloud", _measure_training()],
        ["of which bare `fit`", _measure_fit()],
    ]
    print(table(["step", "ms"], [*rows[:3], *inside, *rows[3:], ["total", f"{total:.0f}"]]))
    print(f"\n{table(['process', 'resident MiB'], memory)}", flush=True)
    return [at_most("iris, upload to finished job, ms", total, 500)]


def _measure_steps(client: Client) -> list[float]:
    """Train once and return the milliseconds of each step."""
    start = datetime.now(UTC)
    job = client.train(samples.path("iris.csv"), model_name="iris", options=_OPTIONS)
    end = datetime.now(UTC)
    published = client.follow(job.links["model_version"], ManifestView)
    assert job.started_at is not None
    assert job.finished_at is not None
    moments = [start, job.created_at, job.started_at, published.created_at, job.finished_at, end]
    return [(after - before).total_seconds() * 1000 for before, after in pairwise(moments)]


def _measure_training() -> str:
    """Return the milliseconds of a warm training of iris without a platform."""
    return _measure_ms(lambda: train(samples.path("iris.csv"), _OPTIONS, limits=Limits()))


def _measure_fit() -> str:
    """Return the milliseconds of `fit` on a matrix of the size of iris."""
    random = [[float(row % 7), float(row % 11), float(row % 13), float(row % 3)] for row in range(120)]
    target = [row % 3 for row in range(120)]
    return _measure_ms(lambda: RandomForestClassifier(random_state=0).fit(random, target))


def _measure_ms(action: Action) -> str:
    """Return the median of seven runs, in milliseconds."""
    seconds = []
    for _ in range(7):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return f"{median(seconds) * 1000:.0f}"


def _measure_memory() -> list[list[str]]:
    """Return the command and the resident memory of each child process."""
    children = psutil.Process().children()
    return [[_label_of(child.cmdline()), f"{child.memory_info().rss / MIB:.0f}"] for child in children]


def _label_of(command: list[str]) -> str:
    return " ".join(word for word in command[1:] if not word.startswith("-"))[:60]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
