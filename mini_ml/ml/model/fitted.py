"""The fitted model, which an artifact contains: reader and members, each with encoder, scaling and estimator."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Label, Schema
from mini_ml.errors import Issue, ProbabilitiesUnavailable
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.frame import Codes, Frame, Matrix
from mini_ml.ml.model.averaging import average_numbers, average_probabilities, most_probable, sharpen
from mini_ml.ml.model.classifying import labels_and_probabilities
from mini_ml.ml.model.member import Member

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

    @classmethod
    def join(cls, parts: Sequence["Predictions"]) -> "Predictions":
        """Return the predictions of several groups of rows, one after the other."""
        values = [value for part in parts for value in part.values]
        class_probabilities = [part.probabilities for part in parts if part.probabilities is not None]
        return cls(values, np.concatenate(class_probabilities) if class_probabilities else None)

    def at(self, rows: slice) -> "Predictions":
        """Return the predictions of a slice of the rows."""
        return Predictions(self.values[rows], None if self.probabilities is None else self.probabilities[rows])

    def take(self, rows: Codes) -> "Predictions":
        """Return the predictions of the rows at the given positions."""
        values = [self.values[row] for row in rows.tolist()]
        return Predictions(values, None if self.probabilities is None else self.probabilities[rows])


@dataclass(frozen=True)
class FittedModel:
    """A model as training publishes it: one estimator, or an ensemble whose members' predictions are averaged."""

    schema: Schema
    reader: Reader
    members: tuple[Member, ...]
    """One, or more for an ensemble. Each reads a matrix of its own."""
    holdout_rows: Codes
    """Positions of the hold-out rows in the dataset; a refitted model has learned from them too."""
    temperature: float = 1.0
    """The logarithms of the probabilities are divided by it; above 1 it makes them less certain."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore a pickled model; releases without ensembles stored a single estimator."""
        if "estimator" in state:
            member = Member(state.pop("encoder"), state.pop("scaling"), state.pop("estimator"))
            state = {**state, "members": (member,), "temperature": 1.0}
        self.__dict__.update(state)

    @property
    def encoder(self) -> Encoder:
        """The encoder of the first member, which knows all columns and categories."""
        return self.members[0].encoder

    @property
    def width(self) -> int:
        """Number of columns of the widest matrix that a member reads."""
        return max(member.encoder.width for member in self.members)

    @property
    def is_ensemble(self) -> bool:
        """Whether predictions of several estimators are averaged."""
        return len(self.members) > 1

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
        rows = self._rows_at_a_time()
        if frame.rows > rows:
            parts = [frame.take(slice(start, start + rows)) for start in range(0, frame.rows, rows)]
            return Predictions.join([self.predict(part, probabilities=probabilities, strict=strict) for part in parts])
        with np.errstate(all="ignore"):
            predicted, class_probabilities = self._estimate(frame, probabilities=probabilities)
        if strict and self.schema.labels is None and not np.isfinite(predicted).all():
            raise FloatingPointError(_NOT_FINITE)
        return Predictions(
            self._values(predicted), None if class_probabilities is None else _replace_undefined(class_probabilities)
        )

    def predict_all(self, frame: Frame, *, strict: bool = False) -> Predictions:
        """Predict, with probabilities if the model has them; see `predict`."""
        return self.predict(frame, probabilities=self.schema.probabilities, strict=strict)

    def _rows_at_a_time(self) -> int:
        if any(type(member.estimator).__name__ in _KERNELS for member in self.members):
            return _KERNEL_ROWS
        return max(1, _MAX_CELLS // self.width)

    def _estimate(self, frame: Frame, *, probabilities: bool) -> tuple[NDArray[np.generic], Matrix | None]:
        """Return class positions or numbers, and the probabilities if requested."""
        if self.is_ensemble:
            if self.schema.labels is None:
                return average_numbers(self.members, frame), None
            averaged = average_probabilities(self.members, frame)
            return most_probable(averaged), sharpen(averaged, self.temperature) if probabilities else None
        member = self.members[0]
        matrix = member.encode(frame)
        if not probabilities:
            return member.estimator.predict(matrix), None
        labels, class_probabilities = labels_and_probabilities(member.estimator, matrix)
        return labels, sharpen(class_probabilities, self.temperature)

    def _values(self, predicted: NDArray[np.generic]) -> list[Label]:
        """Convert class positions to labels; numbers are only made finite."""
        labels = self.schema.labels
        if labels is None:
            return [float(value) for value in np.nan_to_num(predicted.astype(np.float64)).ravel().tolist()]
        return [labels[code] for code in predicted.astype(np.intp).ravel().tolist()]


def _replace_undefined(class_probabilities: Matrix) -> Matrix:
    """Replace rows with NaN, where an estimator divided 0 by 0, by equal probabilities."""
    known = np.asarray(np.isfinite(class_probabilities).all(axis=1))
    return np.where(known[:, np.newaxis], class_probabilities, 1 / class_probabilities.shape[1])
