"""Encode columns of tokens: categories as one-hot columns, texts as TF-IDF; learned from the training rows."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.frame import Codes, Matrix, TokenColumn

MOST_CATEGORIES: Final = 100
MOST_WORDS: Final = 256
_WORDS_FOR_NONE: Final = ("NA", "None", "-")
"""Categories that can stand for a gap; they are categories of their own in a file that has them."""
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
    """TF-IDF of the words that occur in most training cells; each row has length one."""

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


def fit_tokens(
    features: tuple[Feature, ...], tokens: tuple[TokenColumn, ...], max_width: int
) -> tuple[Categories | Vocabulary, ...]:
    """Fit an encoder for each column; halve the number of categories and words until all fit in `max_width` columns."""
    cap = MOST_WORDS
    while True:
        fitted = tuple(
            _fit_vocabulary(feature.name, column, min(cap, MOST_WORDS))
            if feature.kind == "text"
            else _fit_categories(feature.name, column, min(cap, MOST_CATEGORIES))
            for feature, column in zip(features, tokens, strict=True)
        )
        if cap == 1 or sum(column.width for column in fitted) <= max_width:
            return fitted
        cap //= 2


def _fit_categories(name: str, tokens: TokenColumn, most: int) -> Categories:
    seen = sorted((-count, text) for count, text in zip(tokens.counts(), tokens.texts, strict=True) if count)
    slots = {text: place for place, (_, text) in enumerate(seen[:most])}
    known = frozenset(text for _, text in seen)
    return Categories(name, slots, len(slots) + 1 if tokens.missing else _find_gap(slots, known), known)


def _find_gap(slots: Mapping[str, int], known: frozenset[str]) -> int:
    """Return the column of gaps where training had none: that of the only word for "none", else that of all others."""
    found = [word for word in _WORDS_FOR_NONE if word in known]
    return slots.get(found[0], len(slots)) if len(found) == 1 else len(slots)


def _fit_vocabulary(name: str, tokens: TokenColumn, most: int) -> Vocabulary:
    totals = tokens.counts()
    frequency: Counter[str] = Counter()
    for text, count in zip(tokens.texts, totals, strict=True):
        if count:
            frequency.update(dict.fromkeys(_words(text), count))
    rows = sum(totals)
    ranked = sorted(frequency.items(), key=lambda item: (-item[1], item[0]))[:most]
    return Vocabulary(
        name, {word: (place, log((1 + rows) / (1 + count)) + 1) for place, (word, count) in enumerate(ranked)}
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
