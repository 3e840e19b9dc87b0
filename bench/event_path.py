"""Measure the warm local platform: from the upload of iris to the finished job, by step, and what each process holds.

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
from typing import Any, Final

import psutil
from sklearn.ensemble import RandomForestClassifier

from bench.ratios import table
from bench.results import Result, at_most
from mini_ml.client import Client
from mini_ml.contracts import ManifestView, TrainOptions
from mini_ml.local import samples
from mini_ml.local.embedded import run_platform
from mini_ml.local.listening import free_ports
from mini_ml.local.settings import LocalSettings
from mini_ml.ml.training.train import train
from mini_ml.topology import MIB, Limits

_OPTIONS: Final = TrainOptions(target_column="variety", model_type="RandomForestClassifier")
_WARM_UPS: Final = 3
_STEPS: Final = (
    "the api writes the job",
    "upload, event, poller, lease",
    "download, train, artifact",
    "manifest, end of the job",
    "the waiting client sees it",
)


def main(trainings: int = 9) -> list[Result]:
    """Run the benchmark and print two tables."""
    with tempfile.TemporaryDirectory(prefix="mini-ml-bench-") as folder:
        api, trainer, predict, emulator = free_ports(4)
        settings = LocalSettings(
            state_dir=Path(folder), api_port=api, trainer_port=trainer, predict_port=predict, emulator_port=emulator
        )
        with run_platform(settings, report=lambda line: None) as addresses, Client(addresses.services["api"]) as client:
            measured = [_steps(client) for _ in range(_WARM_UPS + trainings)][_WARM_UPS:]
            memory = _memory()
    whole = median(map(sum, measured))
    print(f"\nEvent path: iris by POST /train until the answer, warm, median of {trainings} (goal: 500 ms)\n")
    rows = [[name, f"{median(step):.0f}"] for name, step in zip(_STEPS, zip(*measured, strict=True), strict=True)]
    inside = [["of them in this process: training alone", _alone()], ["of them bare fit", _bare_fit()]]
    print(table(["step", "ms"], [*rows[:3], *inside, *rows[3:], ["whole", f"{whole:.0f}"]]))
    print(f"\n{table(['process', 'resident MiB'], memory)}", flush=True)
    return [at_most("iris, upload to finished job, ms", whole, 500)]


def _steps(client: Client) -> list[float]:
    """Train once and return the milliseconds of each step."""
    began = datetime.now(UTC)
    job = client.train(samples.path("iris.csv"), model_name="iris", options=_OPTIONS)
    seen = datetime.now(UTC)
    published = client.follow(job.links["model_version"], ManifestView)
    assert job.started_at is not None
    assert job.finished_at is not None
    moments = [began, job.created_at, job.started_at, published.created_at, job.finished_at, seen]
    return [(after - before).total_seconds() * 1000 for before, after in pairwise(moments)]


def _alone() -> str:
    """Return the milliseconds of a warm training of iris without a platform."""
    return _median_ms(lambda: train(samples.path("iris.csv"), _OPTIONS, limits=Limits()))


def _bare_fit() -> str:
    random = [[float(row % 7), float(row % 11), float(row % 13), float(row % 3)] for row in range(120)]
    target = [row % 3 for row in range(120)]
    return _median_ms(lambda: RandomForestClassifier(random_state=0).fit(random, target))


def _median_ms(action: Any) -> str:
    seconds = []
    for _ in range(7):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return f"{median(seconds) * 1000:.0f}"


def _memory() -> list[list[str]]:
    """Return the command and the resident memory of each child process."""
    children = psutil.Process().children()
    return [[_label(child.cmdline()), f"{child.memory_info().rss / MIB:.0f}"] for child in children]


def _label(command: list[str]) -> str:
    return " ".join(word for word in command[1:] if not word.startswith("-"))[:60]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
