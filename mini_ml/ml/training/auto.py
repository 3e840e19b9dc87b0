"""Choose a model type by cross-validation inside the training rows, under a budget that knows no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Candidate, Task
from mini_ml.errors import LimitExceeded, TrainingFailed
from mini_ml.ml.encoding.scaling import Scaling
from mini_ml.ml.estimates.costs import training_cost
from mini_ml.ml.estimates.preflight import Plan, Read, check
from mini_ml.ml.estimators.build import Built, Matrix, build
from mini_ml.ml.estimators.fitting import side_by_side, watched
from mini_ml.ml.training import evaluation
from mini_ml.ml.training.holdout import folds, others, subsample
from mini_ml.topology import Limits

CANDIDATES: Final[dict[Task, tuple[str, ...]]] = {
    "classification": ("LogisticRegression", "RandomForestClassifier", "HistGradientBoostingClassifier"),
    "regression": ("Ridge", "RandomForestRegressor", "HistGradientBoostingRegressor"),
}
"""Simplest first: a tie goes to it."""

METRICS: Final[dict[Task, str]] = {"classification": "f1_macro", "regression": "r2"}

FOLDS: Final = 3
_MOST_ROWS: Final = 20_000
_FEWEST_ROWS: Final = 1_000
_BUDGET_SHARE: Final = 0.05
"""Of the time that a job may take, for all fits of the comparison together."""
_TOO_DEAR: Final = "too much work to compare within the budget"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The chosen model type, and how the others did."""

    model_type: str
    candidates: tuple[Candidate, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """Encoded training rows."""

    matrix: NDArray[np.float64]
    target: NDArray[Any]
    """Codes of the labels, or numbers."""
    labels: Sequence[str] | None

    @property
    def shape(self) -> Matrix:
        """Return what formulas need to know of it."""
        return Matrix(rows=len(self.target), width=self.matrix.shape[1], labels=self.labels)

    @property
    def codes(self) -> NDArray[np.int64] | None:
        """Return the codes of a classification, else None."""
        return None if self.labels is None else self.target

    def take(self, rows: NDArray[np.intp]) -> "Encoded":
        """Return some of the rows."""
        return Encoded(matrix=self.matrix[rows], target=self.target[rows], labels=self.labels)


def choose(
    encoded: Encoded,
    task: Task,
    *,
    limits: Limits,
    seed: int,
    read: Read = Read(),  # noqa: B008 - frozen
    threads: int = 1,
) -> Choice:
    """Return the candidate with the best mean score. Raises LimitExceeded where none may be fitted at all."""
    known, refused = affordable(encoded.shape, task, read=read, limits=limits, seed=seed)
    rows, compared = _plan(encoded.shape, known, limits, seed)
    sample = encoded.take(subsample(encoded.codes, len(encoded.target), count=rows, seed=seed))
    found = {name: _compared(name, sample, task, seed, threads) for name in compared}
    found |= {name: _skipped(name, task, _TOO_DEAR) for name in known if name not in found}
    found |= {name: _skipped(name, task, reason) for name, reason in refused.items()}
    candidates = tuple(found[name] for name in CANDIDATES[task])
    best = max(known, key=lambda name: _rank(found[name]))
    return Choice(model_type=best, candidates=candidates, notes=_notes(best, candidates, len(sample.target), encoded))


def _rank(candidate: Candidate) -> float:
    return -np.inf if candidate.score is None else candidate.score


def _skipped(name: str, task: Task, reason: str) -> Candidate:
    return Candidate(model_type=name, metric=METRICS[task], score=None, note=reason)


def _notes(best: str, candidates: Sequence[Candidate], rows: int, encoded: Encoded) -> tuple[str, ...]:
    if all(candidate.score is None for candidate in candidates):
        return (f"auto took {best} without comparing: there are too few rows for it.",)
    of = f" on {rows:,} of {len(encoded.target):,} training rows" if rows < len(encoded.target) else ""
    return (f"auto chose {best} by {FOLDS}-fold cross-validation{of}.",)


def affordable(shape: Matrix, task: Task, *, read: Read, limits: Limits, seed: int) -> tuple[list[str], dict[str, str]]:
    """Return the candidates that may be fitted on all rows, and the others with the reason. Raises LimitExceeded."""
    known: list[str] = []
    refused: dict[str, LimitExceeded] = {}
    for name in CANDIDATES[task]:
        params = build(name, {}, matrix=shape, seed=seed).params
        try:
            check(Plan(model_type=name, params=params, matrix=shape, read=read), limits)
            known.append(name)
        except LimitExceeded as error:
            refused[name] = error
    if not known:
        raise next(iter(refused.values()))
    return known, {name: error.detail for name, error in refused.items()}


def _plan(shape: Matrix, names: Sequence[str], limits: Limits, seed: int) -> tuple[int, list[str]]:
    """Return how many rows to compare on, and which candidates: first rows are halved, then the dearest is left out."""
    rows, compared = min(shape.rows, _MOST_ROWS), list(names)
    budget = _BUDGET_SHARE * limits.estimated_seconds * 1e9
    while _comparison_cost(rows, shape, compared, seed) > budget:
        if rows >= 2 * _FEWEST_ROWS:
            rows //= 2
        elif len(compared) > 1:
            compared.remove(max(compared, key=lambda name: _comparison_cost(rows, shape, [name], seed)))
        else:
            return rows, []
    return rows, compared


def _comparison_cost(rows: int, shape: Matrix, names: Sequence[str], seed: int) -> int:
    sample = Matrix(rows=rows, width=shape.width, labels=shape.labels)
    return FOLDS * sum(
        training_cost(name, build(name, {}, matrix=sample, seed=seed).params, matrix=sample) for name in names
    )


def _compared(name: str, encoded: Encoded, task: Task, seed: int, threads: int) -> Candidate:
    rows = len(encoded.target)
    if rows < 2 * FOLDS:
        return _skipped(name, task, "too few rows to cross-validate")
    scores = []
    for tested in folds(encoded.codes, rows, count=FOLDS, seed=seed):
        try:
            scores.append(_score(name, encoded.take(others(rows, tested)), encoded.take(tested), seed, threads))
        except TrainingFailed as error:
            return _skipped(name, task, error.detail)
    known = [score for score in scores if score is not None]
    if not known:
        return _skipped(name, task, "its metric cannot be computed on these rows")
    return Candidate(model_type=name, metric=METRICS[task], score=float(np.mean(known)))


def _score(name: str, train: Encoded, test: Encoded, seed: int, threads: int) -> float | None:
    built = build(name, {}, matrix=train.shape, seed=seed)
    predicted, _ = watched(lambda: _fit_predict(built, train, test, threads), model_type=name)
    if test.labels is None:
        return evaluation.regression(test.target, predicted.ravel()).r2
    return evaluation.classification(test.target, predicted, None, labels=test.labels).f1_macro


def _fit_predict(built: Built, train: Encoded, test: Encoded, threads: int) -> NDArray[Any]:
    scaling = Scaling.fit(train.matrix, built.scale) if built.scale else None
    with side_by_side(built.estimator, rows=len(train.matrix), threads=threads):
        built.estimator.fit(scaling.apply(train.matrix) if scaling else train.matrix, train.target)
    predicted: NDArray[Any] = built.estimator.predict(scaling.apply(test.matrix) if scaling else test.matrix)
    return predicted
