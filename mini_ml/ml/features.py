"""Encode parsed rows as the matrix an estimator sees; all that is learned, is learned from the training rows."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from mini_ml.errors import Fault, LimitExceeded
from mini_ml.ml.feature import Feature
from mini_ml.ml.frame import Codes, Frame, Matrix, Tokens
from mini_ml.ml.reader import Reader
from mini_ml.topology import Limits

MOST_CATEGORIES: Final = 100
MOST_WORDS: Final = 256
_WORD: Final = re.compile(r"\w+")
_DAY: Final = 86_400.0


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

    def encode(self, tokens: Tokens, out: Matrix) -> None:
        """Set one column of each row."""
        other = len(self.slots)
        places = [self.slots.get(text, other) for text in tokens.texts]
        lookup = np.array([*places, self.fill], dtype=np.intp)
        out[np.arange(len(out)), lookup[tokens.codes]] = 1.0


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


@dataclass(frozen=True)
class Encoder:
    """Turns a frame into a matrix, each row on its own."""

    fills: Matrix
    """Shape (numbers,): the median of each column of numbers in the training rows."""
    indicators: Codes
    """Columns of numbers that had missing cells in training, each of which gets a column saying so."""
    moments: tuple[tuple[int, bool], ...]
    """Columns of numbers that are epochs, and whether they have a time of day."""
    columns: tuple[Categories | Vocabulary, ...]
    """One for each column of tokens."""
    feature_names: tuple[str, ...]

    @property
    def width(self) -> int:
        """Return the number of columns of the matrix."""
        return len(self.feature_names)

    @classmethod
    def fit(cls, reader: Reader, frame: Frame, limits: Limits) -> "Encoder":
        """Learn imputation values, categories and words from the training rows.

        Raises:
            LimitExceeded: even with few categories per column the matrix would be too wide.
        """
        absent = np.isnan(frame.numbers)
        fills = np.array(
            [
                np.median(column[~gone]) if not gone.all() else 0.0
                for column, gone in zip(frame.numbers.T, absent.T, strict=True)
            ]
        )
        indicators = np.flatnonzero(absent.any(axis=0))
        moments = tuple(
            (place, "%H" in (feature.format or ""))
            for place, feature in enumerate(reader.number_features)
            if feature.kind == "datetime"
        )
        named = _number_names(reader, indicators, moments)
        room = limits.encoded_width - len(named)
        columns = _fit_tokens(reader.token_features, frame.tokens, room)
        names = [*named, *(name for column in columns for name in _token_names(column))]
        if len(names) > limits.encoded_width:
            raise LimitExceeded(
                f"The columns encode to {len(names)} features; the limit is {limits.encoded_width}.",
                faults=[
                    Fault(
                        reason=f"{len(reader.features)} columns encode to {len(names)} features",
                        hint="drop columns with columns_to_drop",
                    )
                ],
            )
        return cls(fills, indicators, moments, columns, tuple(names))

    def transform(self, frame: Frame, out: Matrix | None = None) -> Matrix:
        """Return shape (rows, width), finite, float64, C order; written into `out` where it is given."""
        out = np.empty((frame.rows, self.width)) if out is None else out
        out[:] = 0.0
        absent = np.isnan(frame.numbers)
        count = frame.numbers.shape[1]
        out[:, :count] = np.where(absent, self.fills, frame.numbers)
        place = count + len(self.indicators)
        out[:, count:place] = absent[:, self.indicators]
        for column, timed in self.moments:
            parts = _parts(out[:, column], timed)
            out[:, place : place + len(parts)] = np.stack(parts, axis=1)
            place += len(parts)
        for encoder, tokens in zip(self.columns, frame.tokens, strict=True):
            encoder.encode(tokens, out[:, place : place + encoder.width])
            place += encoder.width
        return out

    def unseen(self, frame: Frame) -> dict[str, Counter[str]]:
        """Count, by column, the categories that training never saw."""
        found: dict[str, Counter[str]] = {}
        for encoder, tokens in zip(self.columns, frame.tokens, strict=True):
            if isinstance(encoder, Categories):
                strange = [code for code, text in enumerate(tokens.texts) if text not in encoder.known]
                if strange:
                    counts = tokens.counts()
                    found[encoder.name] = +Counter({tokens.texts[code]: counts[code] for code in strange})
        return found


def _parts(epochs: Matrix, timed: bool) -> list[Matrix]:
    """Return year, month, day and weekday of moments, and the hour where the format has one."""
    days = np.floor(epochs / _DAY)
    dates = days.astype(np.int64).astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    years = dates.astype("datetime64[Y]")
    parts = [
        years.astype(np.float64) + 1970,
        (months - years).astype(np.float64) + 1,
        (dates - months).astype(np.float64) + 1,
        np.mod(days + 3, 7),
    ]
    return [*parts, np.floor((epochs - days * _DAY) / 3600)] if timed else parts


def _number_names(reader: Reader, indicators: Codes, moments: tuple[tuple[int, bool], ...]) -> list[str]:
    names = [feature.name for feature in reader.number_features]
    missing = [f"{names[place]}=missing" for place in indicators]
    parts = [
        f"{names[place]}.{part}"
        for place, timed in moments
        for part in ("year", "month", "day", "weekday", "hour")[: 5 if timed else 4]
    ]
    return [*names, *missing, *parts]


def _token_names(column: Categories | Vocabulary) -> list[str]:
    if isinstance(column, Categories):
        return [*(f"{column.name}={category}" for category in column.slots), f"{column.name}=other"]
    return [f"{column.name}:{word}" for word in column.weights]


def _fit_tokens(
    features: tuple[Feature, ...], tokens: tuple[Tokens, ...], room: int
) -> tuple[Categories | Vocabulary, ...]:
    """Learn the columns of tokens, with fewer categories and words each where the room is scarce."""
    cap = MOST_WORDS
    while True:
        fitted = tuple(
            _fit_vocabulary(feature.name, column, min(cap, MOST_WORDS))
            if feature.kind == "text"
            else _fit_categories(feature.name, column, min(cap, MOST_CATEGORIES))
            for feature, column in zip(features, tokens, strict=True)
        )
        if cap == 1 or sum(column.width for column in fitted) <= room:
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
