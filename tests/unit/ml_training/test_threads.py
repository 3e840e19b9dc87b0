"""Forests are fitted in several threads if that is faster, without any effect on what is published."""

import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier

from mini_ml.contracts import TrainOptions
from mini_ml.errors import TrainingFailed
from mini_ml.ml.estimators import fitting
from mini_ml.ml.estimators.build import MatrixShape, build
from mini_ml.ml.estimators.fitting import fit, parallel_trees, run_estimator
from mini_ml.ml.training.comparison import FOLDS
from mini_ml.ml.training.train import train
from mini_ml.ml.training.trained import Trained
from tests.unit.ml_training.tables import LIMITS, mixed_labels

ROOT = Path(__file__).parents[3]
POINTS = np.random.default_rng(0).normal(size=(5_000, 3))
LABELS = (POINTS[:, 0] > POINTS[:, 1] ** 2).astype(np.int64)
FORESTS = ["ExtraTreesClassifier", "ExtraTreesRegressor", "RandomForestClassifier", "RandomForestRegressor"]


def dump(thing: object) -> bytes:
    file = BytesIO()
    joblib.dump(thing, file)
    return file.getvalue()


def forest(model_type: str, threads: int) -> Any:
    shape = MatrixShape(rows=5_000, width=3, labels=("a", "b") if model_type.endswith("Classifier") else None)
    estimator = build(model_type, {"n_estimators": 6}, shape=shape, seed=0).estimator
    fit(estimator, POINTS, LABELS, model_type=model_type, threads=threads)
    return estimator


@pytest.mark.parametrize("model_type", FORESTS)
def test_a_forest_has_the_same_bytes_for_any_number_of_threads(model_type: str) -> None:
    files = {dump(forest(model_type, threads)) for threads in (1, 2, 5)}

    assert len(files) == 1
    assert forest(model_type, 2).n_jobs is None


_WITHOUT_SEMAPHORES = """
import _multiprocessing

class SemLock:
    SEM_VALUE_MAX = 1

    def __init__(self, *_, **__):
        raise OSError(38, "Function not implemented")

_multiprocessing.SemLock = SemLock
"""
"""What a process finds where there is no `/dev/shm`, as on AWS Lambda."""


def run_python(*lines: str) -> str:
    """Run lines in a new process, and return what they print."""
    command = [sys.executable, "-W", "ignore", "-c", "\n".join(lines)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, timeout=300).stdout.strip()


_TWO_THAT_MEET = (
    "import joblib, threading",
    "from sklearn.ensemble import RandomForestClassifier",
    "from mini_ml.ml.estimators.fitting import parallel_trees",
    "meeting = threading.Barrier(2)",
    "def meet():",
    "    meeting.wait(60)",
    "    return threading.current_thread().name[:5]",
    "def grow(threads):",
    "    return joblib.Parallel(n_jobs=threads, prefer='threads')(joblib.delayed(meet)() for _ in range(2))",
)


def test_trees_grow_at_the_same_time_where_the_system_has_no_semaphores() -> None:
    inside = "with parallel_trees(RandomForestClassifier(), rows=5_000, threads=2): print(grow(2))"

    assert run_python(_WITHOUT_SEMAPHORES, *_TWO_THAT_MEET, inside) == "['trees', 'trees']"


def test_joblib_alone_uses_one_thread_where_the_system_has_no_semaphores() -> None:
    """If this fails, the backend is no longer needed."""
    alone = "print(joblib.effective_n_jobs(2), joblib.parallel.ThreadingBackend().effective_n_jobs(2))"

    assert run_python(_WITHOUT_SEMAPHORES, *_TWO_THAT_MEET, alone) == "1 1"


def digest_of_forest(threads: int) -> tuple[str, ...]:
    """Return lines that print a digest of a forest; a fresh process dumps the same objects to the same bytes."""
    return (
        "import hashlib",
        "from tests.unit.ml_training.test_threads import dump, forest",
        f"print(hashlib.sha256(dump(forest('RandomForestClassifier', {threads}))).hexdigest())",
    )


def test_a_forest_has_the_same_bytes_where_the_system_has_no_semaphores() -> None:
    assert run_python(_WITHOUT_SEMAPHORES, *digest_of_forest(2)) == run_python(*digest_of_forest(1))


def test_a_tree_that_fails_ends_the_fit_with_its_error() -> None:
    def fail(number: int) -> None:
        if number == 3:
            raise ZeroDivisionError(number)

    with (
        pytest.raises(ZeroDivisionError, match="3"),
        parallel_trees(RandomForestClassifier(), rows=5_000, threads=2),
    ):
        joblib.Parallel(n_jobs=2)(joblib.delayed(fail)(number) for number in range(500))

    assert [thread for thread in threading.enumerate() if thread.name.startswith("trees")] == []


def test_tasks_within_a_task_run_in_its_thread() -> None:
    def inner() -> str:
        return threading.current_thread().name

    def outer() -> bool:
        return set(joblib.Parallel(n_jobs=2)(joblib.delayed(inner)() for _ in range(4))) == {inner()}

    with parallel_trees(RandomForestClassifier(), rows=5_000, threads=2):
        found = joblib.Parallel(n_jobs=2)(joblib.delayed(outer)() for _ in range(4))

    assert found == [True] * 4


def test_a_forest_has_its_threads_only_while_it_is_fitted() -> None:
    estimator = RandomForestClassifier()

    with parallel_trees(estimator, rows=5_000, threads=3):
        meanwhile = estimator.n_jobs

    assert (meanwhile, estimator.n_jobs) == (3, None)


def test_a_fit_that_fails_leaves_the_forest_without_threads() -> None:
    estimator = RandomForestClassifier()

    with pytest.raises(TrainingFailed):
        fit(estimator, POINTS, LABELS[1:], model_type="RandomForestClassifier", threads=2)

    assert estimator.n_jobs is None


@pytest.mark.parametrize(
    ("estimator", "rows"),
    [(RandomForestClassifier(), 4_999), (BaggingClassifier(), 10**6)],
    ids=["few rows", "no forest"],
)
def test_other_estimators_are_fitted_in_one_thread(estimator: Any, rows: int) -> None:
    with parallel_trees(estimator, rows=rows, threads=3):
        assert estimator.n_jobs is None


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Threads of every fit of a forest from now on, which may have few rows."""
    counts: list[int] = []

    @contextmanager
    def record_threads(estimator: Any, *, rows: int, threads: int) -> Iterator[None]:
        with parallel_trees(estimator, rows=rows, threads=threads):
            counts.append(getattr(estimator, "n_jobs", None) or 1)
            yield

    monkeypatch.setattr(fitting, "_MIN_ROWS", 1)
    monkeypatch.setattr(fitting, "parallel_trees", record_threads)
    return counts


def train_with_threads(path: Path, model_type: str, threads: int) -> Trained:
    return train(path, TrainOptions(model_type=model_type), limits=LIMITS, threads=threads)


@pytest.mark.parametrize(("model_type", "forests"), [("RandomForestClassifier", 1), ("auto", FOLDS["balanced"])])
def test_a_published_model_does_not_depend_on_the_number_of_threads(
    model_type: str, forests: int, given: list[int], tmp_path: Path
) -> None:
    table = mixed_labels(tmp_path / "t.csv")

    one, two = train_with_threads(table, model_type, 1), train_with_threads(table, model_type, 2)

    assert given.count(2) >= forests
    assert dump(one.model) == dump(two.model)
    assert (one.plan, one.metrics, one.candidates) == (two.plan, two.metrics, two.candidates)
    assert "n_jobs" not in two.model_params


def test_a_machine_that_hides_its_cores_adds_no_note() -> None:
    def warn() -> None:
        warnings.warn("Could not find the number of physical cores for the following reason: …", stacklevel=1)

    assert run_estimator(warn, model_type="HistGradientBoostingClassifier") == (None, [])
