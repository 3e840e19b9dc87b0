"""Choose a model type by cross-validation on the training rows, within a budget of estimated (not measured) time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Candidate, Task
from mini_ml.errors import LimitExceeded, TrainingFailed
from mini_ml.ml.encoding.scaling import Scaling
from mini_ml.ml.estimates.costs import training_cost
from mini_ml.ml.estimates.preflight import DatasetFootprint, JobEstimate, check_estimate
from mini_ml.ml.estimators.build import BuiltEstimator, MatrixShape, build
from mini_ml.ml.estimators.fitting import parallel_trees, run_estimator
from mini_ml.ml.training import evaluation
from mini_ml.ml.training.holdout import folds, remaining_rows, subsample
from mini_ml.topology import Limits

CANDIDATES: Final[dict[Task, tuple[str, ...]]] = {
    "classification": ("LogisticRegression", "RandomForestClassifier", "HistGradientBoostingClassifier"),
    "regression": ("Ridge", "RandomForestRegressor", "HistGradientBoostingRegressor"),
}
"""Simplest first: it wins a tie."""

METRICS: Final[dict[Task, str]] = {"classification": "f1_macro", "regression": "r2"}

FOLDS: Final = 3
_MAX_ROWS: Final = 20_000
_MIN_ROWS: Final = 1_000
_BUDGET_SHARE: Final = 0.05
"""Fraction of the time limit of a job for all fits of the comparison together."""
_TOO_EXPENSIVE: Final = "too expensive to compare within the budget"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The chosen model type, and the scores of all candidates."""

    model_type: str
    candidates: tuple[Candidate, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """Encoded rows and their target."""

    matrix: NDArray[np.float64]
    target: NDArray[Any]
    """Codes of the labels, or numbers."""
    labels: Sequence[str] | None

    @property
    def shape(self) -> MatrixShape:
        """Return the shape that the estimates are computed from."""
        return MatrixShape(rows=len(self.target), width=self.matrix.shape[1], labels=self.labels)

    @property
    def codes(self) -> NDArray[np.int64] | None:
        """Return the class codes; None for regression."""
        return None if self.labels is None else self.target

    def take(self, rows: NDArray[np.intp]) -> "Encoded":
        """Return the rows at the given positions."""
        return Encoded(matrix=self.matrix[rows], target=self.target[rows], labels=self.labels)


def choose(
    encoded: Encoded,
    task: Task,
    *,
    limits: Limits,
    seed: int,
    footprint: DatasetFootprint = DatasetFootprint(),  # noqa: B008 - frozen
    threads: int = 1,
) -> Choice:
    """Return the candidate with the best mean score.

    Args:
        encoded: the training rows.
        task: decides the candidates.
        limits: time and memory that a job may take.
        seed: decides the folds and seeds the estimators.
        footprint: what reading the dataset took.
        threads: trees of a forest that are grown at the same time.

    Raises:
        LimitExceeded: every candidate is estimated to exceed the limits.
    """
    known, rejected = affordable_candidates(encoded.shape, task, footprint=footprint, limits=limits, seed=seed)
    rows, compared = _plan_comparison(encoded.shape, known, limits, seed)
    sample = encoded.take(subsample(encoded.codes, len(encoded.target), count=rows, seed=seed))
    found = {name: _cross_validate(name, sample, task, seed, threads) for name in compared}
    found |= {name: _skip(name, task, _TOO_EXPENSIVE) for name in known if name not in found}
    found |= {name: _skip(name, task, reason) for name, reason in rejected.items()}
    candidates = tuple(found[name] for name in CANDIDATES[task])
    best = max(known, key=lambda name: _rank(found[name]))
    return Choice(
        model_type=best, candidates=candidates, notes=_build_notes(best, candidates, len(sample.target), encoded)
    )


def _rank(candidate: Candidate) -> float:
    return -np.inf if candidate.score is None else candidate.score


def _skip(name: str, task: Task, reason: str) -> Candidate:
    return Candidate(model_type=name, metric=METRICS[task], score=None, note=reason)


def _build_notes(best: str, candidates: Sequence[Candidate], rows: int, encoded: Encoded) -> tuple[str, ...]:
    if all(candidate.score is None for candidate in candidates):
        return (f"auto took {best} without comparing: there are too few rows to cross-validate.",)
    of = f" on {rows:,} of {len(encoded.target):,} training rows" if rows < len(encoded.target) else ""
    return (f"auto chose {best} by {FOLDS}-fold cross-validation{of}.",)


def affordable_candidates(
    shape: MatrixShape, task: Task, *, footprint: DatasetFootprint, limits: Limits, seed: int
) -> tuple[list[str], dict[str, str]]:
    """Return the candidates that may be fitted on all rows, and the rejected ones with the reason.

    Raises:
        LimitExceeded: every candidate is rejected.
    """
    known: list[str] = []
    rejected: dict[str, LimitExceeded] = {}
    for name in CANDIDATES[task]:
        params = build(name, {}, shape=shape, seed=seed).params
        try:
            check_estimate(JobEstimate(model_type=name, params=params, shape=shape, footprint=footprint), limits)
            known.append(name)
        except LimitExceeded as error:
            rejected[name] = error
    if not known:
        raise next(iter(rejected.values()))
    return known, {name: error.detail for name, error in rejected.items()}


def _plan_comparison(shape: MatrixShape, names: Sequence[str], limits: Limits, seed: int) -> tuple[int, list[str]]:
    """Return how many rows and which candidates to compare.

    To stay within the budget, halve the rows first, then drop the most expensive candidates.
    """
    rows, compared = min(shape.rows, _MAX_ROWS), list(names)
    budget = _BUDGET_SHARE * limits.estimated_seconds * 1e9
    while _comparison_cost(rows, shape, compared, seed) > budget:
        if rows >= 2 * _MIN_ROWS:
            rows //= 2
        elif len(compared) > 1:
            compared.remove(max(compared, key=lambda name: _comparison_cost(rows, shape, [name], seed)))
        else:
            return rows, []
    return rows, compared


def _comparison_cost(rows: int, shape: MatrixShape, names: Sequence[str], seed: int) -> int:
    sample = MatrixShape(rows=rows, width=shape.width, labels=shape.labels)
    return FOLDS * sum(
        training_cost(name, build(name, {}, shape=sample, seed=seed).params, shape=sample) for name in names
    )


def _cross_validate(name: str, encoded: Encoded, task: Task, seed: int, threads: int) -> Candidate:
    rows = len(encoded.target)
    if rows < 2 * FOLDS:
        return _skip(name, task, "too few rows to cross-validate")
    scores = []
    for tested in folds(encoded.codes, rows, count=FOLDS, seed=seed):
        try:
            scores.append(_score(name, encoded.take(remaining_rows(rows, tested)), encoded.take(tested), seed, threads))
        except TrainingFailed as error:
            return _skip(name, task, error.detail)
    known = [score for score in scores if score is not None]
    if not known:
        return _skip(name, task, "its metric cannot be computed on these rows")
    return Candidate(model_type=name, metric=METRICS[task], score=float(np.mean(known)))


def _score(name: str, train: Encoded, test: Encoded, seed: int, threads: int) -> float | None:
    built = build(name, {}, shape=train.shape, seed=seed)
    predicted, _ = run_estimator(lambda: _fit_predict(built, train, test, threads), model_type=name)
    if test.labels is None:
        return evaluation.measure_regression(test.target, predicted.ravel()).r2
    return evaluation.macro_f1(test.target, predicted)


def _fit_predict(built: BuiltEstimator, train: Encoded, test: Encoded, threads: int) -> NDArray[Any]:
    scaling = Scaling.fit(train.matrix, built.scale) if built.scale else None
    with parallel_trees(built.estimator, rows=len(train.matrix), threads=threads):
        built.estimator.fit(scaling.apply(train.matrix) if scaling else train.matrix, train.target)
    predicted: NDArray[Any] = built.estimator.predict(scaling.apply(test.matrix) if scaling else test.matrix)
    return predicted
