"""Encode columns of tokens: categories as one-hot columns or mean targets, texts as TF-IDF."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.cells.words import find_category_for_gaps
from mini_ml.ml.encoding.target_means import TargetMeans
from mini_ml.ml.frame import Codes, Matrix, TokenColumn

MOST_CATEGORIES: Final = 100
MOST_WORDS: Final = 256
ROWS_PER_WORD: Final = 20
"""Cells with words for each word that gets a column: with more words, linear models fit the training rows only."""
FEW_WORDS: Final = 8
"""Words that get a column however few the rows are."""
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class Categories:
    """One-hot columns: the most frequent categories, then all others, then missing cells if training had any."""

    name: str
    slots: Mapping[str, int]
    """Column of each category that has its own, most frequent first."""
    gap: int
    """Column of missing cells: their own, or that of the category that stands for them."""
    known: frozenset[str]
    """All categories of the training rows, including those without their own column."""

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.slots) + 1 + self.has_gaps

    @property
    def has_gaps(self) -> bool:
        """Return whether missing cells have their own column, because the training rows had some."""
        return self.gap > len(self.slots)

    @property
    def feature_names(self) -> list[str]:
        """Return the names of the columns."""
        gaps = [f"{self.name}=missing"] if self.has_gaps else []
        return [*(f"{self.name}={category}" for category in self.slots), f"{self.name}=other", *gaps]

    def places(self, tokens: TokenColumn) -> Codes:
        """Return, for each row, the column that is 1."""
        other = len(self.slots)
        lookup = [self.slots.get(text, other) for text in tokens.texts]
        return np.array([*lookup, self.gap], dtype=np.intp)[tokens.codes]


@dataclass(frozen=True)
class Vocabulary:
    """TF-IDF of the commonest words that recur in the training cells; each row has length one."""

    name: str
    weights: Mapping[str, tuple[int, float]]
    """Column and inverse document frequency of each word."""

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.weights)

    @property
    def feature_names(self) -> list[str]:
        """Return the names of the columns."""
        return [f"{self.name}:{word}" for word in self.weights]

    def encode(self, tokens: TokenColumn, out: Matrix) -> None:
        """Write the TF-IDF of each row to `out`, shape (rows, width); a missing cell has no words."""
        used, places = np.unique(tokens.codes, return_inverse=True)
        table = np.zeros((len(used), self.width))
        for row, code in zip(table, used.tolist(), strict=True):
            if code >= 0:
                self._weigh(tokens.texts[code], row)
        out[:] = table[places]

    def _weigh(self, text: str, out: Matrix) -> None:
        for word in _words(text):
            if word in self.weights:
                column, weight = self.weights[word]
                out[column] += weight
        length = float(np.sqrt((out**2).sum()))
        if length:
            out /= length


ColumnEncoder = Categories | Vocabulary | TargetMeans
"""Encodes a column of tokens."""


def fit_tokens(
    features: tuple[Feature, ...],
    tokens: tuple[TokenColumn, ...],
    max_width: int,
    means: Mapping[int, TargetMeans],
) -> tuple[ColumnEncoder, ...]:
    """Fit an encoder for each column.

    The number of categories and words is halved until all fit in `max_width` columns.

    Args:
        features: the columns.
        tokens: the training rows, column by column.
        max_width: maximum number of columns of the matrix.
        means: encoders of the columns that are encoded by mean targets, by position.
    """
    cap = MOST_WORDS
    while True:
        fitted = tuple(
            means.get(place) or _fit_column(feature, column, cap)
            for place, (feature, column) in enumerate(zip(features, tokens, strict=True))
        )
        if cap == 1 or sum(column.width for column in fitted) <= max_width:
            return fitted
        cap //= 2


def _fit_column(feature: Feature, tokens: TokenColumn, cap: int) -> Categories | Vocabulary:
    if feature.kind == "text":
        return _fit_vocabulary(feature.name, tokens, min(cap, MOST_WORDS))
    return _fit_categories(feature.name, tokens, min(cap, MOST_CATEGORIES))


def _fit_categories(name: str, tokens: TokenColumn, most: int) -> Categories:
    seen = sorted((-count, text) for count, text in zip(tokens.counts(), tokens.texts, strict=True) if count)
    slots = {text: place for place, (_, text) in enumerate(seen[:most])}
    known = frozenset(text for _, text in seen)
    other = len(slots)
    gap = other + 1 if tokens.missing else slots.get(find_category_for_gaps(known) or "", other)
    return Categories(name, slots, gap, known)


def _fit_vocabulary(name: str, tokens: TokenColumn, most: int) -> Vocabulary:
    totals = tokens.counts()
    frequency: Counter[str] = Counter()
    for text, count in zip(tokens.texts, totals, strict=True):
        if count:
            frequency.update(dict.fromkeys(_words(text), count))
    rows = sum(totals)
    # What occurs once, or in all rows, tells rows apart no better than an identifier or a constant does.
    useful = {word: count for word, count in frequency.items() if 1 < count < rows} or frequency
    most = min(most, max(FEW_WORDS, rows // ROWS_PER_WORD))
    ranked = sorted(useful.items(), key=lambda item: (-item[1], item[0]))[:most]
    return Vocabulary(
        name, {word: (place, log((1 + rows) / (1 + count)) + 1) for place, (word, count) in enumerate(ranked)}
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
