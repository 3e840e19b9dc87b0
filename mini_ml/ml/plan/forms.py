"""What a compiled estimator can be: each form answers in an estimator's stead, from plain arrays."""

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.plan.links import INVERSES, Link, one_against_rest, softmax, two_classes
from mini_ml.ml.plan.trees import Trees

Shares = Literal["none", "logistic", "softmax"]
"""How a linear classifier's sums become probabilities; one that has none is never asked."""


class Form(Protocol):
    """An estimator made of arrays; the rows that it is given are finite."""

    def predict(self, X: Matrix) -> NDArray[np.generic]:
        """Return class positions or numbers: shape (rows,)."""
        ...

    def predict_proba(self, X: Matrix) -> Matrix:
        """Return shape (rows, classes); asked only where the model's schema says that there are any."""
        ...


class _NumbersOnly:
    def predict_proba(self, X: Matrix) -> Matrix:
        raise AssertionError("a schema that has probabilities belongs to a classifier")


@dataclass(frozen=True)
class LinearRegression(_NumbersOnly):
    """A weighted sum of the columns, through the inverse of a link."""

    weights: Matrix
    """Shape (columns,)."""
    intercept: Matrix
    """Shape (1,)."""
    link: Link

    def predict(self, X: Matrix) -> Matrix:
        """Return numbers."""
        return INVERSES[self.link](X @ self.weights + self.intercept)


@dataclass(frozen=True)
class LinearClassifier:
    """Weighted sums of the columns, one for each class, or for the second of two."""

    weights: Matrix
    """Shape (sums, columns)."""
    intercept: Matrix
    """Shape (sums,)."""
    classes_: Codes
    shares: Shares

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
    """The mean of trees: a forest, or a single tree."""

    trees: Trees

    def predict(self, X: Matrix) -> Matrix:
        """Return numbers."""
        return self.trees.running(X, np.zeros(1))[:, 0] / self.trees.count


@dataclass(frozen=True)
class TreeClassifier:
    """The mean of trees' shares of classes."""

    trees: Trees
    classes_: Codes
    labels_follow_probabilities: ClassVar = True

    def predict(self, X: Matrix) -> Codes:
        """Return class positions."""
        places: Codes = self.predict_proba(X).argmax(axis=1)
        return self.classes_.take(places)

    def predict_proba(self, X: Matrix) -> Matrix:
        """Return probabilities."""
        return self.trees.running(X, np.zeros(len(self.classes_))) / self.trees.count


@dataclass(frozen=True)
class BoostedRegression(_NumbersOnly):
    """The sum of trees over a baseline, through the inverse of a link."""

    trees: Trees
    baseline: Matrix
    """Shape (1,)."""
    link: Link

    def predict(self, X: Matrix) -> Matrix:
        """Return numbers."""
        return INVERSES[self.link](self.trees.running(X, self.baseline)[:, 0])


@dataclass(frozen=True)
class BoostedClassifier:
    """Sums of trees over a baseline, one for each class, or for the second of two."""

    trees: Trees
    baseline: Matrix
    """Shape (sums,)."""
    link: Link
    classes_: Codes
    ties_go_up: bool
    """Whether a sum of 0 means the second class."""
    labels_follow_probabilities: ClassVar = True

    def predict(self, X: Matrix) -> Codes:
        """Return class positions."""
        raw = self.trees.running(X, self.baseline)
        if raw.shape[1] > 1:
            places: Codes = raw.argmax(axis=1)
        else:
            places = (raw[:, 0] >= 0 if self.ties_go_up else raw[:, 0] > 0).astype(np.intp)
        return self.classes_.take(places)

    def predict_proba(self, X: Matrix) -> Matrix:
        """Return probabilities."""
        raw = self.trees.running(X, self.baseline)
        inverse = INVERSES[self.link]
        return inverse(raw) if raw.shape[1] > 1 else two_classes(inverse(raw[:, 0]))
