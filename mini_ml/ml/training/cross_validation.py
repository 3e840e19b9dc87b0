"""Predict rows by estimators that were fitted on others, fold by fold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from mini_ml.errors import Issue, TrainingFailed
from mini_ml.ml.encoding.features import Encoding
from mini_ml.ml.estimators.fitting import run_estimator
from mini_ml.ml.frame import Matrix
from mini_ml.ml.plan.compilers import size_of
from mini_ml.ml.training.configurations import Configuration
from mini_ml.ml.training.fit_estimator import FittedEstimator, fit_estimator, learned_params
from mini_ml.ml.training.folds import Fold
from mini_ml.ml.training.labelled_rows import LabelledRows

Clock = Callable[[], float]
"""Returns seconds; only differences matter."""

_KEPT_CELLS: Final = 8_000_000
"""Cells of all folds of one encoding that are kept in memory for the next candidate, 8 bytes each."""


@dataclass(frozen=True, kw_only=True)
class OutOfFold:
    """What a configuration predicts for the rows that its folds test, in the order of the folds."""

    predictions: Matrix
    """Shape (tested rows, classes) of probabilities, or (tested rows,) of numbers."""
    params: dict[str, JsonValue]
    """Parameters for the fit on all rows: those of the configuration, and what the folds have learned."""
    fit_seconds: float
    """Mean time of a fit."""
    size_bytes: int
    """Mean size of the fitted estimators."""


@dataclass(frozen=True)
class _EncodedFold:
    """The matrices of a fold, and the target of the rows that are fitted."""

    fitted: Matrix
    target: NDArray[Any]
    tested: Matrix


class CrossValidation:
    """The folds of some rows, which every candidate is fitted and tested on."""

    def __init__(
        self, rows: LabelledRows, folds: Sequence[Fold], *, seed: int, threads: int = 1, clock: Clock = lambda: 0.0
    ) -> None:
        """Prepare a cross-validation.

        Args:
            rows: all rows of the folds.
            folds: which rows are fitted and which are tested.
            seed: of the estimators and encoders.
            threads: trees of a forest that are grown at the same time.
            clock: measures the fits.
        """
        self._rows = rows
        self._folds = folds
        self._seed = seed
        self._threads = threads
        self._clock = clock
        self._kept: dict[tuple[Encoding, int], _EncodedFold] = {}

    @property
    def target(self) -> NDArray[Any]:
        """Return the target of the tested rows, in the order of the folds."""
        target: NDArray[Any] = self._rows.target[np.concatenate([fold.tested for fold in self._folds])]
        return target

    def run(self, configuration: Configuration) -> OutOfFold:
        """Fit and test a configuration on every fold.

        Raises:
            TrainingFailed: it cannot be fitted on the rows of a fold, or predicts infinity or NaN.
        """
        predictions: list[Matrix] = []
        seconds: list[float] = []
        estimators: list[Any] = []
        for number in range(len(self._folds)):
            fitted, tested, taken = self._run_fold(configuration, number)
            estimators.append(fitted.estimator)
            predictions.append(tested)
            seconds.append(taken)
        return OutOfFold(
            predictions=np.concatenate(predictions),
            params=learned_params(configuration, estimators),
            fit_seconds=float(np.mean(seconds)),
            size_bytes=int(np.mean([size_of(estimator) for estimator in estimators])),
        )

    def _run_fold(self, configuration: Configuration, number: int) -> tuple[FittedEstimator, Matrix, float]:
        """Return the estimator of a fold, its predictions, and the seconds of the fit."""
        fold = self._encode(configuration.encoding, number)
        started = self._clock()
        fitted = fit_estimator(
            configuration,
            fold.fitted,
            fold.target,
            labels=self._rows.labels,
            seed=self._seed,
            threads=self._threads,
        )
        seconds = self._clock() - started
        return fitted, _predict(fitted, fold.tested, self._rows.classes), seconds

    def _encode(self, encoding: Encoding, number: int) -> _EncodedFold:
        """Encode a fold with what its fitted rows teach; kept for the next candidate if it is small."""
        kept = self._kept.get((encoding, number))
        if kept is not None:
            return kept
        fold = self._folds[number]
        rows = self._rows.take(fold.fitted)
        encoder, matrix = rows.encode(encoding, seed=self._seed)
        encoded = _EncodedFold(matrix, rows.target, encoder.transform(self._rows.take(fold.tested).frame))
        if len(self._folds) * self._rows.rows * encoder.width <= _KEPT_CELLS:
            self._kept[encoding, number] = encoded
        return encoded


def _predict(fitted: FittedEstimator, matrix: Matrix, classes: int) -> Matrix:
    """Return the probabilities of all classes, or numbers; a class that no fitted row has gets 0."""
    scaled = matrix if fitted.scaling is None else fitted.scaling.apply(matrix)
    estimator = fitted.estimator

    def predict() -> Matrix:
        if not classes:
            return np.asarray(estimator.predict(scaled), dtype=np.float64).ravel()
        probabilities = np.zeros((len(scaled), classes))
        probabilities[:, estimator.classes_] = estimator.predict_proba(scaled)
        return probabilities

    predictions, _ = run_estimator(predict, model_type=fitted.model_type)
    if not np.isfinite(predictions).all():
        reason = "it predicts numbers that are infinite or not a number"
        raise TrainingFailed(
            f"{fitted.model_type} cannot be used: {reason}.",
            issues=[Issue(parameter="model_type", reason=reason, hint="use another model type, or scale the target")],
        )
    return predictions
