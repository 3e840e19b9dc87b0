"""One estimator of a model, with the encoder and the scaling of the matrix that it reads."""

from dataclasses import dataclass

from mini_ml.ml.encoding.features import Encoder
from mini_ml.ml.encoding.scaling import Scaling
from mini_ml.ml.frame import Frame, Matrix
from mini_ml.ml.model.classifying import Estimator


@dataclass(frozen=True)
class Member:
    """A fitted estimator, and its share of the model's predictions."""

    encoder: Encoder
    scaling: Scaling | None
    """How the encoded matrix is scaled; None if the estimator does not need it."""
    estimator: Estimator
    """Classifiers are fitted on positions in the labels of the schema."""
    weight: float = 1.0
    """The weights of all members of a model add up to 1."""

    def encode(self, frame: Frame) -> Matrix:
        """Return the matrix that the estimator reads: shape (rows, encoder.width)."""
        return self.encoder.transform(frame, self.scaling)
