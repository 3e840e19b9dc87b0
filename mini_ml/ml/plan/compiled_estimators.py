"""Compiled estimators: predict like an estimator of scikit-learn, from plain arrays.

The scoring plan stores the names of these classes and of their fields.
"""

from dataclasses import dataclass, fields, is_dataclass
from typing import ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.plan.link_functions import INVERSES, LinkFunction, one_against_rest, softmax, two_classes
from mini_ml.ml.plan.trees import Trees

ProbabilityRule = Literal["none", "logistic", "softmax"]
"""How the sums of a linear classifier become probabilities; `predict_proba` is never called for `none`."""


class CompiledEstimator(Protocol):
    """An estimator made of arrays; its rows must be finite."""

    def predict(self, X: Matrix) -> NDArray[np.generic]:
        """Return class positions or numbers: shape (rows,)."""
        ...

    def predict_proba(self, X: Matrix) -> Matrix:
        """Return shape (rows, classes); called only if the schema says that the model has probabilities."""
        ...


def array_bytes(compiled: object) -> int:
    """Return the bytes of all arrays in a compiled estimator."""
    if isinstance(compiled, np.ndarray):
        return compiled.nbytes
    if not is_dataclass(compiled):
        return 0
    return sum(array_bytes(getattr(compiled, field.name)) for field in fields(compiled))


class _NumbersOnly:
    def predict_proba(self, X: Matrix) -> Matrix:
        raise AssertionError("only classifiers have probabilities")


@dataclass(frozen=True)
class LinearRegression(_NumbersOnly):
    """The inverse link of a weighted sum of the columns."""

    weights: Matrix
    """Shape (columns,)."""
    intercept: Matrix
    """Shape (1,)."""
    link: LinkFunction

    def predict(self, X: Matrix) -> Matrix:
        """Return numbers."""
        return INVERSES[self.link](X @ self.weights + self.intercept)


@dataclass(frozen=True)
class LinearClassifier:
    """Weighted sums of the columns: one per class, or one for the second of two classes."""

    weights: Matrix
    """Shape (sums, columns)."""
    intercept: Matrix
    """Shape (sums,)."""
    classes_: Codes
    shares: ProbabilityRule
    """The scoring plan stores this name."""

    def predict(self, X: Matrix) -> Codes:
        """Return class positions."""
        raw = self._raw(X)
        places = (raw.ravel() > 0).astype(np.intp) if raw.shape[1] == 1 else raw.argmax(axis=1)
        return self.classes_.take(places)

    def predict_proba(self, X: Matrix) -> Matrix:
        """Return probabilities."""
        raw = self._raw(X)
        if raw.shape[1] == 1:
            return two_classes(INVERSES["logit"](raw.ravel()))
        return softmax(raw) if self.shares == "softmax" else one_against_rest(raw)

    def _raw(self, X: Matrix) -> Matrix:
        raw: Matrix = X @ self.weights.T + self.intercept
        return raw


@dataclass(frozen=True)
class TreeRegression(_NumbersOnly):
    """The mean of the trees of a forest, or a single tree."""

    trees: Trees

    def predict(self, X: Matrix) -> Matrix:
        """Return numbers."""
        return self.trees.accumulate(X, np.zeros(1))[:, 0] / self.trees.count


@dataclass(frozen=True)
class TreeClassifier:
    """The mean of the class probabilities of trees."""

    trees: Trees
    classes_: Codes
    labels_follow_probabilities: ClassVar = True

    def predict(self, X: Matrix) -> Codes:
        """Return class positions."""
        places: Codes = self.predict_proba(X).argmax(axis=1)
        return self.classes_.take(places)

    def predict_proba(self, X: Matrix) -> Matrix:
        """Return probabilities."""
        return self.trees.accumulate(X, np.zeros(len(self.classes_))) / self.trees.count


@dataclass(frozen=True)
class BoostedRegression(_NumbersOnly):
    """The inverse link of a baseline plus the sum of trees."""

    trees: Trees
    baseline: Matrix
    """Shape (1,)."""
    link: LinkFunction

    def predict(self, X: Matrix) -> Matrix:
        """Return numbers."""
        return INVERSES[self.link](self.trees.accumulate(X, self.baseline)[:, 0])


@dataclass(frozen=True)
class BoostedClassifier:
    """A baseline plus sums of trees: one per class, or one for the second of two classes."""

    trees: Trees
    baseline: Matrix
    """Shape (sums,)."""
    link: LinkFunction
    classes_: Codes
    ties_go_up: bool
    """Whether a sum of 0 predicts the second of two classes."""
    labels_follow_probabilities: ClassVar = True

    def predict(self, X: Matrix) -> Codes:
        """Return class positions."""
        raw = self.trees.accumulate(X, self.baseline)
        if raw.shape[1] > 1:
            places: Codes = raw.argmax(axis=1)
        else:
            places = (raw[:, 0] >= 0 if self.ties_go_up else raw[:, 0] > 0).astype(np.intp)
        return self.classes_.take(places)

    def predict_proba(self, X: Matrix) -> Matrix:
        """Return probabilities."""
        raw = self.trees.accumulate(X, self.baseline)
        inverse = INVERSES[self.link]
        return inverse(raw) if raw.shape[1] > 1 else two_classes(inverse(raw[:, 0]))
