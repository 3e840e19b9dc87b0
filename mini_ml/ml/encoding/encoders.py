"""Encode columns of tokens: categories as one-hot, texts as weighed words; learned from the training rows."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.frame import Codes, Matrix, Tokens

MOST_CATEGORIES: Final = 100
MOST_WORDS: Final = 256
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class Categories:
    """One-hot of the commonest categories, the last column for all others."""

    name: str
    slots: Mapping[str, int]
    """Column of each known category, commonest first."""
    fill: int
    """Column of the commonest category: what a missing cell is taken for."""
    known: frozenset[str]
    """All categories of the training rows, those without a column of their own too."""

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.slots) + 1

    @property
    def feature_names(self) -> list[str]:
        """Return the names of the columns."""
        return [*(f"{self.name}={category}" for category in self.slots), f"{self.name}=other"]

    def places(self, tokens: Tokens) -> Codes:
        """Return the one column of each row that is not zero."""
        other = len(self.slots)
        lookup = [self.slots.get(text, other) for text in tokens.texts]
        return np.array([*lookup, self.fill], dtype=np.intp)[tokens.codes]


@dataclass(frozen=True)
class Vocabulary:
    """TF-IDF of the words that most training cells hold, each row of length one."""

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

    def encode(self, tokens: Tokens, out: Matrix) -> None:
        """Write the row's words; a missing cell has none."""
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
    features: tuple[Feature, ...], tokens: tuple[Tokens, ...], service: int
) -> tuple[Categories | Vocabulary, ...]:
    """Learn the columns of tokens, with fewer categories and words each where the service is scarce."""
    cap = MOST_WORDS
    while True:
        fitted = tuple(
            _fit_vocabulary(feature.name, column, min(cap, MOST_WORDS))
            if feature.kind == "text"
            else _fit_categories(feature.name, column, min(cap, MOST_CATEGORIES))
            for feature, column in zip(features, tokens, strict=True)
        )
        if cap == 1 or sum(column.width for column in fitted) <= service:
            return fitted
        cap //= 2


def _fit_categories(name: str, tokens: Tokens, most: int) -> Categories:
    seen = sorted((-count, text) for count, text in zip(tokens.counts(), tokens.texts, strict=True) if count)
    slots = {text: place for place, (_, text) in enumerate(seen[:most])}
    return Categories(name, slots, 0, frozenset(text for _, text in seen))


def _fit_vocabulary(name: str, tokens: Tokens, most: int) -> Vocabulary:
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
