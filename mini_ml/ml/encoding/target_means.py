"""Encode the categories of a column by the mean target of their rows, so that no row sees its own target.

The means are those of scikit-learn's `TargetEncoder` with `smooth="auto"`. They are computed here from the codes of a
column: for all classes at once, also where some rows lack a class, and without scikit-learn at scoring.
"""

from collections.abc import KeysView, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.ml.cells.words import find_category_for_gaps
from mini_ml.ml.frame import Codes, Matrix, TokenColumn

FEW_CATEGORIES: Final = 30
"""A column with more categories in the training rows is encoded by mean targets."""
MOST_MEANS: Final = 256
"""Most columns of means in all: classes times columns of the table."""
MOST_VALUES: Final = 1_000_000
"""Most means of one column of the table: categories times classes. They are part of the model."""
_PARTS: Final = 5
"""Parts of the training rows; the rows of each are encoded with the targets of the others."""


@dataclass(frozen=True)
class TargetMeans:
    """The mean target of each category; with more than two classes, the fraction of each class."""

    name: str
    rows: Mapping[str, int]
    """Row of `means` of each category, most frequent first; then come missing cells and all other categories."""
    means: Matrix
    """Shape (categories + 2, columns). Missing cells have their own means if training had some; otherwise those
    of a category that stands for them, or of all rows."""

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return int(self.means.shape[1])

    @property
    def known(self) -> KeysView[str]:
        """Return all categories of the training rows."""
        return self.rows.keys()

    @property
    def feature_names(self) -> list[str]:
        """Return the names of the columns; classes are numbered by their position among the labels."""
        return [f"{self.name}.mean"] if self.width == 1 else [f"{self.name}.mean_{code}" for code in range(self.width)]

    def encode(self, tokens: TokenColumn, out: Matrix) -> None:
        """Write the means of the category of each row to `out`, shape (rows, width)."""
        missing, unknown = len(self.rows), len(self.rows) + 1
        lookup = [self.rows.get(text, unknown) for text in tokens.texts]
        out[:] = self.means[np.array([*lookup, missing], dtype=np.intp)[tokens.codes]]


@dataclass(frozen=True)
class Targets:
    """The target of the training rows, whose means encode categories."""

    values: NDArray[Any]
    """Shape (rows,), class codes or numbers."""
    classes: int
    """Number of classes; 0 if the values are numbers."""
    seed: int
    """Decides which rows encode which others."""

    def fit(self, name: str, tokens: TokenColumn) -> TargetMeans:
        """Return the means of each category, from all training rows."""
        ranked = _rank_categories(tokens)
        rows = {tokens.texts[code]: row for row, code in enumerate(ranked)}
        means = self._means(_group_rows(tokens, ranked), len(ranked) + 2, slice(None))
        category = find_category_for_gaps(rows)
        if category is not None and not tokens.missing:
            means[len(rows)] = means[rows[category]]
        return TargetMeans(name, rows, means)

    def encode_training_rows(self, tokens: TokenColumn, out: Matrix) -> None:
        """Write the means of the category of each training row, from other rows than it, to `out`."""
        ranked = _rank_categories(tokens)
        groups = _group_rows(tokens, ranked)
        order = np.random.default_rng(self.seed).permutation(len(groups))
        for start in range(_PARTS):
            encoded, others = order[start::_PARTS], np.ones(len(groups), dtype=bool)
            others[encoded] = False
            out[encoded] = self._means(groups, len(ranked) + 2, others)[groups[encoded]]

    def _means(self, groups: Codes, count: int, chosen: slice | NDArray[np.bool_]) -> Matrix:
        """Return the mean of each group over the chosen rows, drawn to the overall mean where it is uncertain.

        Shape (count, columns); a group without chosen rows has the overall mean.
        """
        groups, values = groups[chosen], self.values[chosen]
        _, overall, variance = self._moments(np.zeros_like(groups), 1, values)
        sizes, means, variances = self._moments(groups, count, values)
        known = variance * sizes
        total = known + variances
        weight = np.divide(known, total, out=np.zeros_like(means), where=total > 0)
        return np.ascontiguousarray(weight * means + (1 - weight) * overall)

    def _moments(self, groups: Codes, count: int, values: NDArray[Any]) -> tuple[Codes, Matrix, Matrix]:
        """Return the size, means and variances of each group, shape (count, 1) and twice (count, columns)."""
        sizes = np.bincount(groups, minlength=count)[:, np.newaxis]
        present = np.maximum(sizes, 1)
        if self.classes:
            counts = np.bincount(groups * self.classes + values, minlength=count * self.classes)
            means = counts.reshape(count, self.classes)[:, -count_means(self.classes) :] / present
            return sizes, means, means * (1 - means)
        means = np.bincount(groups, values, count)[:, np.newaxis] / present
        squares = np.bincount(groups, (values - means[groups, 0]) ** 2, count)[:, np.newaxis]
        return sizes, means, squares / present


def count_means(classes: int) -> int:
    """Return how many columns encode a column of the table: one for each class, or one for two classes or numbers."""
    return classes if classes > 2 else 1


def count_categories(tokens: TokenColumn) -> int:
    """Return the number of categories that the rows have."""
    return len(np.unique(tokens.codes[tokens.codes >= 0]))


def _rank_categories(tokens: TokenColumn) -> list[int]:
    """Return the codes that rows have, most frequent first."""
    counts = tokens.counts()
    present = (code for code, count in enumerate(counts) if count)
    return sorted(present, key=lambda code: (-counts[code], tokens.texts[code]))


def _group_rows(tokens: TokenColumn, ranked: list[int]) -> Codes:
    """Return, for each row, the row of the means of its category."""
    places = np.full(len(tokens.texts) + 1, len(ranked), dtype=np.intp)
    places[ranked] = np.arange(len(ranked))
    return places[tokens.codes]
