"""Count, over all rows, what the cells of a column could be."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mini_ml.ml import words
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.table import Spelled
from mini_ml.ml.words import Decimal


@dataclass(frozen=True)
class Evidence:
    """The distinct trimmed cells of a column with their counts, missing words left out."""

    texts: tuple[str, ...]
    counts: Codes
    present: int
    """Cells that are not missing."""
    points: Matrix
    """What each text is as a number with decimal point; NaN where it is none."""
    commas: Matrix

    def numbers(self, decimal: Decimal) -> Matrix:
        """Return what each text is as a number."""
        return self.points if decimal == "." else self.commas

    def share(self, decimal: Decimal) -> float:
        """Return the share of present cells that are numbers."""
        if not self.present:
            return 0.0
        return float(self.counts[~np.isnan(self.numbers(decimal))].sum()) / self.present


def weigh(spelled: Spelled) -> Evidence:
    """Look at each distinct cell once."""
    totals = np.bincount(spelled.codes, minlength=len(spelled.texts)).tolist()
    counts: dict[str, int] = {}
    for text, count in zip(spelled.texts, totals, strict=True):
        trimmed = text.strip()
        if not words.is_missing(trimmed):
            counts[trimmed] = counts.get(trimmed, 0) + count
    return Evidence(
        texts=tuple(counts),
        counts=np.array(list(counts.values()), dtype=np.intp),
        present=sum(counts.values()),
        points=_numbers(counts, "."),
        commas=_numbers(counts, ","),
    )


def decimal_of(columns: Iterable[Evidence]) -> Decimal:
    """Decide between decimal point and comma: whichever makes numbers of more cells that hold either."""
    balance = 0
    for column in columns:
        points, commas = ~np.isnan(column.points), ~np.isnan(column.commas)
        only_commas, only_points = commas & ~points, points & ~commas
        if column.share(",") >= column.share("."):
            balance += int(column.counts[only_commas].sum())
        else:
            balance -= int(column.counts[only_points].sum())
    return "," if balance > 0 else "."


def _numbers(texts: Iterable[str], decimal: Decimal) -> Matrix:
    values = (words.number(text, decimal) for text in texts)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
