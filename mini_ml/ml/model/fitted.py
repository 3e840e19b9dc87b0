"""A fitted model: how to read rows, how to encode them, and the estimator; this is what an artifact holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Label, Schema
from mini_ml.errors import Issue, ProbabilitiesUnavailable
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.encoding.scaling import Scaling
from mini_ml.ml.frame import Codes, Frame, Matrix
from mini_ml.ml.model.answers import Estimator, labels_and_probabilities

_CELLS: Final = 4_000_000
"""Most cells of the matrix that an estimator sees at a time, so that memory does not grow with rows times columns."""
_KERNELS: Final = frozenset({"GaussianProcessClassifier", "GaussianProcessRegressor", "KernelRidge"})
"""Types that compare every row with every training row, in one matrix."""
_KERNEL_ROWS: Final = 1024
_NOT_FINITE: Final = "some predictions are infinite or not a number"


@dataclass(frozen=True)
class Predictions:
    """The predictions of some rows."""

    values: Sequence[Label]
    """Labels as spelled, or finite numbers."""
    probabilities: Matrix | None = None
    """Shape (rows, labels)."""

    def at(self, rows: slice) -> "Predictions":
        """Return the predictions of some of the rows."""
        return Predictions(self.values[rows], None if self.probabilities is None else self.probabilities[rows])


@dataclass(frozen=True)
class FittedModel:
    """What training publishes."""

    schema: Schema
    reader: Reader
    encoder: Encoder
    scaling: Scaling | None
    """How the encoded matrix is scaled before the estimator sees it."""
    estimator: Estimator
    """Classifiers are fitted on positions in `schema.labels`."""
    holdout_rows: Codes
    """Positions, in the dataset, of the rows that the metrics were measured on."""

    def predict(self, frame: Frame, *, probabilities: bool = False, strict: bool = False) -> Predictions:
        """Predict each row of a frame that this model's reader parsed.

        Args:
            frame: the rows.
            probabilities: whether to return the probability of each class too.
            strict: raise where the estimator predicts infinity or not a number; else such a prediction becomes the
                largest float or 0, as JSON has no word for it.

        Raises:
            ProbabilitiesUnavailable: they are asked for and the model type has none.
            FloatingPointError: `strict`, and a predicted number is not finite.
        """
        if probabilities and not self.schema.probabilities:
            name = type(self.estimator).__name__
            fault = Issue(parameter="probabilities", reason=f"{name} gives none", hint="ask without them")
            raise ProbabilitiesUnavailable(f"{name} gives no probabilities.", issues=[fault])
        kernel = type(self.estimator).__name__ in _KERNELS
        rows = _KERNEL_ROWS if kernel else max(1, _CELLS // self.encoder.width)
        if frame.rows > rows:
            parts = [frame.take(slice(start, start + rows)) for start in range(0, frame.rows, rows)]
            return _joined([self.predict(part, probabilities=probabilities, strict=strict) for part in parts])
        matrix = self.encoder.transform(frame, self.scaling)
        with np.errstate(all="ignore"):
            predicted, shares = self._estimate(matrix, probabilities=probabilities)
        if strict and self.schema.labels is None and not np.isfinite(predicted).all():
            raise FloatingPointError(_NOT_FINITE)
        return Predictions(self._values(predicted), None if shares is None else _finite(shares))

    def answers(self, frame: Frame, *, strict: bool = False) -> Predictions:
        """Predict with all that this model can say, probabilities where it has them; `strict` as for `predict`."""
        return self.predict(frame, probabilities=self.schema.probabilities, strict=strict)

    def _estimate(self, matrix: Matrix, *, probabilities: bool) -> tuple[NDArray[np.generic], Matrix | None]:
        """Ask the estimator for class positions or numbers, and for probabilities."""
        if probabilities:
            return labels_and_probabilities(self.estimator, matrix)
        return self.estimator.predict(matrix), None

    def _values(self, predicted: NDArray[np.generic]) -> list[Label]:
        """Return labels for class positions, and numbers as they are."""
        labels = self.schema.labels
        if labels is None:
            return [float(value) for value in np.nan_to_num(predicted.astype(np.float64)).ravel().tolist()]
        return [labels[code] for code in predicted.astype(np.intp).ravel().tolist()]


def _joined(parts: Sequence[Predictions]) -> Predictions:
    """Put predictions under each other."""
    values = [value for part in parts for value in part.values]
    shares = [part.probabilities for part in parts if part.probabilities is not None]
    return Predictions(values, np.concatenate(shares) if shares else None)


def _finite(shares: Matrix) -> Matrix:
    """Give equal shares where an estimator divided nothing by nothing."""
    known = np.asarray(np.isfinite(shares).all(axis=1))
    return np.where(known[:, np.newaxis], shares, 1 / shares.shape[1])
