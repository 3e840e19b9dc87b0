"""What a runner is given and what it gives back: files, so that it can run in an environment of its own.

A runner is called with a folder and a file: `python -m bench.quality.runners.NAME FOLDER ANSWER [OPTIONS]`. The folder
holds `train.csv`, `test.csv` without the target, and `task.json`. Times are seconds of CPU, in which a program on one
core takes the same time on a busy machine as on an idle one.
"""

import json
import os
import resource
import statistics
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_ROW_TIMES: Final = 15
_wall_seconds: Final = time.monotonic


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """A training file, the rows to predict, and the options of the competitor."""

    train: Path
    test: Path
    target: str
    is_classification: bool
    options: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The predictions of a competitor, and what they cost."""

    predictions: NDArray[np.float64]
    """Numbers, or probabilities of shape (rows, classes)."""
    classes: list[str] = field(default_factory=list)
    fit_seconds: float
    """From the file to the fitted model."""
    row_seconds: float
    """To predict one row, the model being in memory; the median of some."""
    model_bytes: int
    note: str = ""
    """What was fitted."""


def main(run: Callable[[Exercise], Answer]) -> None:
    """Run a competitor on one core, and write its answer, or why there is none."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    folder, path = Path(sys.argv[1]), Path(sys.argv[2])
    options = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}
    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    exercise = Exercise(
        train=folder / "train.csv",
        test=folder / "test.csv",
        target=task["target"],
        is_classification=task["task"] != "regression",
        options=options,
    )
    started = _wall_seconds()
    try:
        answer = run(exercise)
    except Exception:
        np.savez_compressed(path, error=traceback.format_exc()[-2000:])
        return
    np.savez_compressed(
        path,
        predictions=answer.predictions,
        classes=np.array(answer.classes, dtype=np.str_),
        fit_seconds=answer.fit_seconds,
        row_seconds=answer.row_seconds,
        model_bytes=answer.model_bytes,
        note=answer.note,
        wall_seconds=_wall_seconds() - started,
    )


def cpu_seconds() -> float:
    """Return the CPU time of this process and of its children that ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def count_cpu_time() -> None:
    """Make the clock of this process count CPU time, so that time limits do not depend on other load.

    Call this before the libraries that obey a time limit are imported.
    """
    begin = time.time()
    time.time = lambda: begin + cpu_seconds()
    time.perf_counter = cpu_seconds
    time.monotonic = cpu_seconds


def measure_row(predict: Callable[[], object]) -> float:
    """Return the median CPU seconds of predicting one row."""
    seconds = []
    for _ in range(_ROW_TIMES):
        started = cpu_seconds()
        predict()
        seconds.append(cpu_seconds() - started)
    return statistics.median(seconds)
