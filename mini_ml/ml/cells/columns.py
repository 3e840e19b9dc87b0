"""Read the cells of a column one by one, each distinct one once; what they mean lives in words.py and dates.py."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from mini_ml.ml.cells import words
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.cells.words import Decimal
from mini_ml.ml.frame import Matrix, Tokens
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.distinct import distinct_cells
from mini_ml.ml.records.text import cell_text

_REMEMBERED: Final = 1 << 15


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers; NaN is missing or coerced."""

    values: Matrix
    missing: int
    coerced: int


def number_column(block: Block, position: int, feature: Feature, decimal: Decimal) -> NumberColumn:
    """Read a numeric, boolean or datetime column."""
    found = distinct_cells(block, position)
    values = np.full(len(found.cells), np.nan)
    absent = np.zeros(len(found.cells), dtype=np.bool_)
    for code, cell in enumerate(found.cells):
        absent[code], values[code] = _value(cell, feature, decimal)
    counts = np.bincount(found.codes, minlength=len(found.cells))
    missing = int(counts[absent].sum())
    return NumberColumn(values[found.codes], missing, int(counts[np.isnan(values)].sum()) - missing)


@lru_cache(maxsize=_REMEMBERED)
def _value(cell: bytes, feature: Feature, decimal: Decimal) -> tuple[bool, float]:
    """Return whether a cell is missing, and the number it stands for; NaN where there is none."""
    text = cell_text(cell).strip()
    if words.is_missing(text):
        return True, np.nan
    value = feature.value(text, decimal)
    return False, np.nan if value is None else value


def token_column(block: Block, position: int, decimal: Decimal) -> Tokens:
    """Read a categorical or text column."""
    found = distinct_cells(block, position)
    return tokens_of([cell_text(cell) for cell in found.cells], decimal).at(found.codes)


def tokens_of(texts: list[str], decimal: Decimal) -> Tokens:
    """Read cells as categories: trimmed, missing words as -1, one spelling for each plain number."""
    canonical: dict[str, int] = {}
    codes = [
        -1 if words.is_missing(text) else canonical.setdefault(words.token(text, decimal), len(canonical))
        for text in map(str.strip, texts)
    ]
    return Tokens(np.array(codes, dtype=np.intp), tuple(canonical))
