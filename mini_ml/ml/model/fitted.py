"""A fitted model: how to read rows, how to encode them, and the estimator; this is what an artifact holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Label, Schema
from mini_ml.errors import Fault, ProbabilitiesUnavailable
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.encoding.scaling import Scaling
from mini_ml.ml.frame import Codes, Frame, Matrix
from mini_ml.ml.model.walk import MOST_ROWS, Walker, walker_of

_CELLS: Final = 4_000_000
"""Most cells of the matrix that an estimator sees at a time, so that memory does not grow with rows times columns."""
_KERNELS: Final = frozenset({"GaussianProcessClassifier", "GaussianProcessRegressor", "KernelRidge"})
"""Types that compare every row with every training row, in one matrix."""
_KERNEL_ROWS: Final = 1024


class Estimator(Protocol):
    """What a model asks of scikit-learn's estimators."""

    def predict(self, X: Matrix) -> NDArray[np.generic]:
        """Predict the target of each row."""
        ...

    def predict_proba(self, X: Matrix) -> Matrix:
        """Return the probability of each class; called only where the schema says that there are any."""
        ...


@dataclass(frozen=True)
class Predictions:
    """The predictions of some rows."""

    values: Sequence[Label]
    """Labels as spelled, or finite numbers."""
    probabilities: Matrix | None = None
    """Shape (rows, labels)."""


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
    walker: Walker | None = None
    """What answers in the estimator's stead for few rows."""

    def predict(self, frame: Frame, *, probabilities: bool = False) -> Predictions:
        """Predict each row of a frame that this model's reader parsed.

        Raises:
            ProbabilitiesUnavailable: they are asked for and the model type has none.
        """
        if probabilities and not self.schema.probabilities:
            name = type(self.estimator).__name__
            fault = Fault(parameter="probabilities", reason=f"{name} gives none", hint="ask without them")
            raise ProbabilitiesUnavailable(f"{name} gives no probabilities.", faults=[fault])
        kernel = type(self.estimator).__name__ in _KERNELS
        rows = _KERNEL_ROWS if kernel else max(1, _CELLS // self.encoder.width)
        if frame.rows > rows:
            parts = [frame.take(slice(start, start + rows)) for start in range(0, frame.rows, rows)]
            return _joined([self.predict(part, probabilities=probabilities) for part in parts])
        matrix = self.encoder.transform(frame, self.scaling)
        with np.errstate(all="ignore"):
            predicted, shares = self._estimate(matrix, probabilities=probabilities)
        return Predictions(self._values(predicted), None if shares is None else _finite(shares))

    def rehearsed(self, frame: Frame) -> "FittedModel":
        """Return this model with its trees walked for few rows, if that gives the very same for rows of `frame`."""
        walker = walker_of(self.estimator)
        few = frame.take(slice(MOST_ROWS))
        if walker is None or not few.rows:
            return self
        walking, shares = replace(self, walker=walker), self.schema.probabilities
        usual, walked = (model.predict(few, probabilities=shares) for model in (self, walking))
        same = usual.values == walked.values
        if usual.probabilities is not None and walked.probabilities is not None:
            same = same and np.array_equal(usual.probabilities, walked.probabilities)
        return walking if same else self

    def _estimate(self, matrix: Matrix, *, probabilities: bool) -> tuple[NDArray[np.generic], Matrix | None]:
        """Ask the estimator, or the walker in its stead, for class positions or numbers, and for probabilities."""
        if self.walker is not None and len(matrix) <= MOST_ROWS:
            predicted, shares = self.walker.answer(matrix)
            return predicted, shares if probabilities else None
        predicted = self.estimator.predict(matrix)
        return predicted, self.estimator.predict_proba(matrix) if probabilities else None

    def _values(self, predicted: NDArray[np.generic]) -> list[Label]:
        """Return labels for class positions, and numbers as they are."""
        labels = self.schema.labels
        if labels is None:
            # An exponential of an extreme row overflows; JSON has no word for infinity.
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
