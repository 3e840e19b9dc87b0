"""Measure pages of models and jobs, and answers for unknown names, with 10,000 models and 100,000 jobs on the emulator.

    .venv/bin/python -m bench.listings [models] [jobs]

exits with 1 if a goal is missed. The last 200 models have ten versions each.

The objects are written into the emulator's folder before it starts, which is faster than storing them one by one. The
processor time of the api and the emulator together says what a request costs on a busy machine too.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Final

import httpx2
import psutil
from starlette.testclient import TestClient

from bench.ratios import table
from bench.results import Result, at_most, summary
from functions.api.factory import create_app
from mini_ml.adapters.aws.clients import build_cloud
from mini_ml.contracts import State
from mini_ml.local import emulator
from mini_ml.topology import LOCAL_NAMES
from tests.fixtures.emulated import aws_environment, cloud_settings, running_ministack
from tests.fixtures.many_objects import make_jobs, make_models, name_of, train_once

_GOAL_SECONDS: Final = 1.0
_REPEATS: Final = 7
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_RARE: Final = 10_000
"""One of so many jobs has failed."""
_TRAINED_AGAIN: Final = 200
"""Number of models, the last ones, that have several versions."""
_VERSIONS: Final = 10


def main(models: int = 10_000, jobs: int = 100_000) -> list[Result]:
    """Fill an emulator, measure requests in turns, and print a table of times and one of goals."""
    with tempfile.TemporaryDirectory(prefix="mini-ml-bench-") as name:
        folder = Path(name)
        _write_objects(folder, models, jobs)
        with running_ministack(folder) as url:
            os.environ.update(aws_environment(url))
            cloud = build_cloud(cloud_settings(url))
            with TestClient(create_app(cloud, authenticator=None)) as api:
                measured = {title: _measure(api, path) for title, path in _requests(models, api).items()}
    print(f"\n{models:,} models and {jobs:,} jobs on the emulator, {_REPEATS} requests each (goal: 1 s)\n")
    heading = ["request", "items", "median, ms", "slowest, ms", "processor, ms"]
    print(table(heading, [[title, *one.cells()] for title, one in measured.items()]), flush=True)
    results = [at_most(f"{title}, s", median(one.seconds), _GOAL_SECONDS) for title, one in measured.items()]
    print(f"\nGoals\n\n{summary(results)}", flush=True)
    return results


@dataclass(frozen=True, kw_only=True)
class _Measured:
    """What the repetitions of a request took."""

    items: int
    seconds: list[float]
    processor_seconds: float
    """Of the api and the emulator, for one repetition."""

    def cells(self) -> list[str]:
        """Return the cells of a row."""
        times = (median(self.seconds), max(self.seconds), self.processor_seconds)
        return [f"{self.items}", *(f"{seconds * 1000:.0f}" for seconds in times)]


def _write_objects(folder: Path, models: int, jobs: int) -> None:
    """Write the objects as files, which the emulator reads when it starts."""
    manifest, job = train_once(folder)
    objects = chain(
        make_models(manifest, range(_trained_once(models))),
        make_models(manifest, range(_trained_once(models), models), versions=_VERSIONS),
        make_jobs(job, range(jobs), start=_START, state_of=_choose_state),
    )
    bucket = Path(emulator.environment(port=0, folder=folder)["S3_DATA_DIR"]) / emulator.ACCOUNT
    _write_files(bucket / LOCAL_NAMES.artifacts_bucket, objects)
    (bucket / LOCAL_NAMES.uploads_bucket).mkdir()


def _trained_once(models: int) -> int:
    """Return the number of models with one version; at least one model has one."""
    return max(1, models - _TRAINED_AGAIN)


def _choose_state(number: int) -> State:
    return "failed" if number % _RARE == 0 else "succeeded"


def _write_files(folder: Path, objects: Iterable[tuple[str, bytes]]) -> None:
    made: set[Path] = set()
    for key, body in objects:
        path = folder / key
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_bytes(body)


def _requests(models: int, api: TestClient) -> dict[str, str]:
    """Return the paths to measure by their titles."""
    following = api.get("/jobs?limit=200").json()["links"]["next"]
    return {
        "first page of models": "/models",
        "a page of models in the middle": f"/models?cursor={name_of(models // 2)}",
        f"a page of models with {_VERSIONS} versions": f"/models?cursor={name_of(_trained_once(models) - 1)}",
        "models, `limit=200`": "/models?limit=200",
        "one model": f"/models/{name_of(models // 2)}",
        "an unknown model": "/models/modle-05000",
        "first page of jobs": "/jobs",
        "a later page of jobs": f"/{following.replace('limit=200', 'limit=50')}",
        "jobs, `limit=200`": "/jobs?limit=200",
        f"failed jobs, one of {_RARE:,}": "/jobs?state=failed",
    }


def _measure(api: TestClient, path: str) -> _Measured:
    """Send a request several times."""
    seconds = []
    processor = _processor_seconds()
    for _ in range(_REPEATS):
        started = time.perf_counter()
        response = api.get(path)
        seconds.append(time.perf_counter() - started)
    used = (_processor_seconds() - processor) / _REPEATS
    return _Measured(items=_count_items(response), seconds=seconds, processor_seconds=used)


def _processor_seconds() -> float:
    """Return the processor time of this process and its children."""
    own = psutil.Process()
    times = [process.cpu_times() for process in (own, *own.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def _count_items(response: httpx2.Response) -> int:
    document = response.json()
    return sum(len(document[name]) for name in ("models", "jobs") if name in document)


if __name__ == "__main__":
    sys.exit(any(result.margin < 1 for result in main(*map(int, sys.argv[1:]))))
