"""Predict labels and probabilities together, in one pass if the label is the class with the highest probability."""

from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Matrix

_LABEL_IS_ARGMAX: Final = frozenset(
    {
        "ExtraTreesClassifier",
        "GradientBoostingClassifier",
        "HistGradientBoostingClassifier",
        "RandomForestClassifier",
    }
)
"""Slow estimators whose label is the class with the highest probability."""
_TIE_TOLERANCE: Final = 1e-9
"""Two probabilities this close may be a tie, which has to be resolved by the estimator itself."""


class Estimator(Protocol):
    """The methods that a model needs of a scikit-learn estimator or of a compiled one."""

    def predict(self, X: Matrix) -> NDArray[np.generic]:
        """Predict the target of each row."""
        ...

    def predict_proba(self, X: Matrix) -> Matrix:
        """Return shape (rows, classes); called only if the schema says that the model has probabilities."""
        ...


def labels_and_probabilities(estimator: Any, matrix: Matrix) -> tuple[NDArray[np.generic], Matrix]:
    """Return the results of `predict`, shape (rows,), and `predict_proba`, shape (rows, classes)."""
    probabilities: Matrix = estimator.predict_proba(matrix)
    if not _labels_follow(estimator) or probabilities.shape[1] < 2:
        return estimator.predict(matrix), probabilities
    labels: NDArray[np.generic] = estimator.classes_.take(probabilities.argmax(axis=1))
    second, first = np.partition(probabilities, -2, axis=1)[:, -2:].T
    doubtful = ~(first - second > _TIE_TOLERANCE)  # negated, so that NaN is doubtful too
    if doubtful.any():
        labels[doubtful] = estimator.predict(matrix[doubtful])
    return labels, probabilities


def _labels_follow(estimator: Any) -> bool:
    """Return whether the label is the class with the highest probability; compiled estimators declare it."""
    return type(estimator).__name__ in _LABEL_IS_ARGMAX or getattr(estimator, "labels_follow_probabilities", False)
