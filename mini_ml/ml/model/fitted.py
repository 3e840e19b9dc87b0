"""The fitted model, which an artifact contains: reader, encoder, scaling and estimator."""

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
from mini_ml.ml.model.classifying import Estimator, labels_and_probabilities

_MAX_CELLS: Final = 4_000_000
"""Maximum cells of the matrix that is predicted at a time, so that memory does not grow with the number of rows."""
_KERNELS: Final = frozenset({"GaussianProcessClassifier", "GaussianProcessRegressor", "KernelRidge"})
"""Model types that build a matrix of all rows times all training rows."""
_KERNEL_ROWS: Final = 1024
_NOT_FINITE: Final = "some predictions are infinite or not a number"


@dataclass(frozen=True)
class Predictions:
    """Predictions of rows, in row order."""

    values: Sequence[Label]
    """Labels as spelled in the dataset, or finite numbers."""
    probabilities: Matrix | None = None
    """Shape (rows, labels); None if not requested or not available."""

    def at(self, rows: slice) -> "Predictions":
        """Return the predictions of a slice of the rows."""
        return Predictions(self.values[rows], None if self.probabilities is None else self.probabilities[rows])


@dataclass(frozen=True)
class FittedModel:
    """A model as training publishes it."""

    schema: Schema
    reader: Reader
    encoder: Encoder
    scaling: Scaling | None
    """How the encoded matrix is scaled; None if the estimator does not need it."""
    estimator: Estimator
    """Classifiers are fitted on positions in `schema.labels`."""
    holdout_rows: Codes
    """Positions of the hold-out rows in the dataset."""

    def predict(self, frame: Frame, *, probabilities: bool = False, strict: bool = False) -> Predictions:
        """Predict each row of a frame.

        Args:
            frame: rows that the reader of this model parsed.
            probabilities: whether to return the probability of each class too.
            strict: whether to raise if the estimator predicts infinity or NaN; otherwise such a prediction becomes the
                largest float or 0, since JSON cannot represent it.

        Raises:
            ProbabilitiesUnavailable: probabilities are requested and the model type has none.
            FloatingPointError: `strict`, and a predicted number is not finite.
        """
        if probabilities and not self.schema.probabilities:
            issue = Issue(
                parameter="probabilities", reason="the model has none", hint="send the request without probabilities"
            )
            raise ProbabilitiesUnavailable("The model has no probabilities.", issues=[issue])
        kernel = type(self.estimator).__name__ in _KERNELS
        rows = _KERNEL_ROWS if kernel else max(1, _MAX_CELLS // self.encoder.width)
        if frame.rows > rows:
            parts = [frame.take(slice(start, start + rows)) for start in range(0, frame.rows, rows)]
            return _join_predictions([self.predict(part, probabilities=probabilities, strict=strict) for part in parts])
        matrix = self.encoder.transform(frame, self.scaling)
        with np.errstate(all="ignore"):
            predicted, class_probabilities = self._estimate(matrix, probabilities=probabilities)
        if strict and self.schema.labels is None and not np.isfinite(predicted).all():
            raise FloatingPointError(_NOT_FINITE)
        return Predictions(
            self._values(predicted), None if class_probabilities is None else _replace_undefined(class_probabilities)
        )

    def predict_all(self, frame: Frame, *, strict: bool = False) -> Predictions:
        """Predict, with probabilities if the model has them; see `predict`."""
        return self.predict(frame, probabilities=self.schema.probabilities, strict=strict)

    def _estimate(self, matrix: Matrix, *, probabilities: bool) -> tuple[NDArray[np.generic], Matrix | None]:
        """Return class positions or numbers, and the probabilities if requested."""
        if probabilities:
            return labels_and_probabilities(self.estimator, matrix)
        return self.estimator.predict(matrix), None

    def _values(self, predicted: NDArray[np.generic]) -> list[Label]:
        """Convert class positions to labels; numbers are only made finite."""
        labels = self.schema.labels
        if labels is None:
            return [float(value) for value in np.nan_to_num(predicted.astype(np.float64)).ravel().tolist()]
        return [labels[code] for code in predicted.astype(np.intp).ravel().tolist()]


def _join_predictions(parts: Sequence[Predictions]) -> Predictions:
    """Concatenate predictions."""
    values = [value for part in parts for value in part.values]
    class_probabilities = [part.probabilities for part in parts if part.probabilities is not None]
    return Predictions(values, np.concatenate(class_probabilities) if class_probabilities else None)


def _replace_undefined(class_probabilities: Matrix) -> Matrix:
    """Replace rows with NaN, where an estimator divided 0 by 0, by equal probabilities."""
    known = np.asarray(np.isfinite(class_probabilities).all(axis=1))
    return np.where(known[:, np.newaxis], class_probabilities, 1 / class_probabilities.shape[1])
