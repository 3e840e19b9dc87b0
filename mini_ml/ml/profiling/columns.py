"""Describe the feature columns of the training rows."""

import re
from collections import Counter
from typing import Final

import numpy as np

from mini_ml.contracts import ColumnProfile, Frequency
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.frame import Frame, Matrix, TokenColumn
from mini_ml.ml.profiling.histograms import build_histogram, build_quantiles
from mini_ml.ml.profiling.sampling import spread_evenly

MOST_CELLS: Final = 1_000_000
"""Maximum number of cells that are counted, unless the columns are very many; they take about 0.1 seconds."""
_CELL_SECONDS: Final = 1e-7
FEWEST_ROWS: Final = 2_000
"""Number of rows that are counted however many columns there are."""
MOST_FREQUENCIES: Final = 20
MOST_CHARACTERS: Final = 100
"""Longer categories count as others, so that a profile stays small."""
_MOST_TEXTS: Final = 2_000
"""Maximum number of texts whose words are counted."""
_WORD: Final = re.compile(r"\w{2,}")
_TRUTHS: Final = ("false", "true")


def count_profiled_rows(rows: int, columns: int) -> int:
    """Return how many of the training rows are counted."""
    return min(rows, max(FEWEST_ROWS, MOST_CELLS // max(1, columns)))


def estimate_counting_seconds(rows: int, columns: int) -> float:
    """Return the estimated time of describing the columns."""
    return rows * columns * _CELL_SECONDS


def profile_columns(reader: Reader, training: Frame, *, most: int) -> tuple[ColumnProfile, ...]:
    """Describe each feature column.

    Args:
        reader: parsed the rows.
        training: the training rows.
        most: maximum number of rows to count; they are evenly spaced.
    """
    rows = training if training.rows <= most else training.take(spread_evenly(training.rows, most=most))
    numbers, tokens = iter(rows.numbers.T), iter(rows.tokens)
    return tuple(
        _profile_numbers(feature, next(numbers)) if feature.is_number else _profile_tokens(feature, next(tokens))
        for feature in reader.features
    )


def _profile_numbers(feature: Feature, values: Matrix) -> ColumnProfile:
    missing = int(np.isnan(values).sum())
    known = np.sort(values)[: len(values) - missing]  # NaN is sorted to the end
    if feature.kind != "boolean":
        return ColumnProfile(
            name=feature.name,
            kind=feature.kind,
            rows=len(values),
            missing=missing,
            histogram=build_histogram(known),
            quantiles=build_quantiles(known),
        )
    counts = Counter(_TRUTHS[int(value)] for value in known.tolist())
    return ColumnProfile(
        name=feature.name,
        kind=feature.kind,
        rows=len(values),
        missing=missing,
        frequencies=_list_most_frequent(counts),
        distinct=len(counts),
    )


def _profile_tokens(feature: Feature, column: TokenColumn) -> ColumnProfile:
    counts = column.counts()
    occurring = {text: count for text, count in zip(column.texts, counts, strict=True) if count}
    described = ColumnProfile(
        name=feature.name, kind=feature.kind, rows=len(column.codes), missing=column.missing, distinct=len(occurring)
    )
    if feature.kind == "text":
        return described.model_copy(update={"words": _list_most_frequent(_count_words(occurring))})
    shown = {text: count for text, count in occurring.items() if len(text) <= MOST_CHARACTERS}
    frequencies = _list_most_frequent(shown)
    other = sum(counts) - sum(frequency.count for frequency in frequencies)
    return described.model_copy(update={"frequencies": frequencies, "other": other})


def _count_words(texts: dict[str, int]) -> Counter[str]:
    """Return in how many rows each word occurs, of at most 2,000 different texts; not those that all of them have."""
    listed = list(texts.items())
    words: Counter[str] = Counter()
    chosen = [listed[place] for place in spread_evenly(len(listed), most=_MOST_TEXTS).tolist()]
    for text, count in chosen:
        words.update(dict.fromkeys(_WORD.findall(text.lower()), count))
    rows = sum(count for _, count in chosen)
    return Counter({word: count for word, count in words.items() if count < rows and len(word) <= MOST_CHARACTERS})


def _list_most_frequent(counts: dict[str, int]) -> tuple[Frequency, ...]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_FREQUENCIES]
    return tuple(Frequency(value=value, count=count) for value, count in ranked)
