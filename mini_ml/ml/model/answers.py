"""Ask an estimator for labels and probabilities: in one pass, where the label is the one of the highest probability."""

from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Matrix

_LIKELIEST: Final = frozenset(
    {
        "ExtraTreesClassifier",
        "GradientBoostingClassifier",
        "HistGradientBoostingClassifier",
        "RandomForestClassifier",
    }
)
"""Estimators that predict the likeliest class, and take long to say which."""
_NEAR: Final = 1e-9
"""Two probabilities so close may be a tie, which only the estimator itself may break."""


class Estimator(Protocol):
    """What a model asks of scikit-learn's estimators, and of the forms of a plan."""

    def predict(self, X: Matrix) -> NDArray[np.generic]:
        """Predict the target of each row."""
        ...

    def predict_proba(self, X: Matrix) -> Matrix:
        """Return the probability of each class; called only where the schema says that there are any."""
        ...


def labels_and_probabilities(estimator: Any, matrix: Matrix) -> tuple[NDArray[np.generic], Matrix]:
    """Return what `predict` gives, and what `predict_proba` gives: shapes (rows,) and (rows, classes)."""
    shares: Matrix = estimator.predict_proba(matrix)
    if not _follows(estimator) or shares.shape[1] < 2:
        return estimator.predict(matrix), shares
    labels: NDArray[np.generic] = estimator.classes_.take(shares.argmax(axis=1))
    second, first = np.partition(shares, -2, axis=1)[:, -2:].T
    doubtful = ~(first - second > _NEAR)  # so that what is not a number is doubtful too
    if doubtful.any():
        labels[doubtful] = estimator.predict(matrix[doubtful])
    return labels, shares


def _follows(estimator: Any) -> bool:
    """Tell whether a label follows from the probabilities; forms of a plan say so themselves."""
    return type(estimator).__name__ in _LIKELIEST or getattr(estimator, "labels_follow_probabilities", False)
