"""Rows with their target, from which encoders and estimators are fitted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.encoding.features import Encoder, Encoding, fit_encoder
from mini_ml.ml.estimators.build import MatrixShape
from mini_ml.ml.frame import Frame, Matrix
from mini_ml.ml.training.holdout import RowPositions
from mini_ml.topology import Limits


@dataclass(frozen=True, kw_only=True)
class LabelledRows:
    """Parsed rows and their target."""

    reader: Reader
    frame: Frame
    target: NDArray[Any]
    """Shape (rows,): codes of the labels, or numbers."""
    labels: Sequence[str] | None
    """The labels as spelled, by code; None for regression."""
    limits: Limits

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return self.frame.rows

    @property
    def classes(self) -> int:
        """Return the number of classes; 0 for regression."""
        return 0 if self.labels is None else len(self.labels)

    def take(self, rows: RowPositions) -> "LabelledRows":
        """Return the rows at the given positions."""
        return replace(self, frame=self.frame.take(rows), target=self.target[rows])

    def shape(self, encoder: Encoder) -> MatrixShape:
        """Return the shape of the matrix that an encoder makes of these rows."""
        return MatrixShape(rows=self.rows, width=encoder.width, labels=self.labels, binary=encoder.binary_width)

    def encode(self, encoding: Encoding, *, seed: int) -> tuple[Encoder, Matrix]:
        """Fit an encoder to these rows, and return it with their matrix."""
        return fit_encoder(
            self.reader,
            self.frame,
            self.limits,
            target=self.target,
            classes=self.classes,
            encoding=encoding,
            seed=seed,
        )
