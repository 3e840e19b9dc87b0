"""Parse a column cell by cell, each distinct cell once; `words` and `dates` parse the single cell."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from mini_ml.ml.cells import words
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.cells.words import Decimal
from mini_ml.ml.frame import Matrix, TokenColumn
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.distinct import distinct_cells
from mini_ml.ml.records.text import cell_text

_CACHED_CELLS: Final = 1 << 15


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers, shape (rows,); NaN is missing or could not be parsed."""

    values: Matrix
    missing: int
    coerced: int


def read_number_column(block: Block, position: int, feature: Feature, decimal: Decimal) -> NumberColumn:
    """Read a numeric, boolean or datetime column."""
    found = distinct_cells(block, position)
    values = np.full(len(found.cells), np.nan)
    absent = np.zeros(len(found.cells), dtype=np.bool_)
    for code, cell in enumerate(found.cells):
        absent[code], values[code] = _value(cell, feature, decimal)
    counts = np.bincount(found.codes, minlength=len(found.cells))
    missing = int(counts[absent].sum())
    return NumberColumn(values[found.codes], missing, int(counts[np.isnan(values)].sum()) - missing)


@lru_cache(maxsize=_CACHED_CELLS)
def _value(cell: bytes, feature: Feature, decimal: Decimal) -> tuple[bool, float]:
    """Return whether a cell is missing, and its number; NaN if it has none."""
    text = cell_text(cell).strip()
    if words.is_missing(text):
        return True, np.nan
    value = feature.value(text, decimal)
    return False, np.nan if value is None else value


def read_token_column(block: Block, position: int, decimal: Decimal) -> TokenColumn:
    """Read a categorical or text column."""
    found = distinct_cells(block, position)
    return build_token_column([cell_text(cell) for cell in found.cells], decimal).at(found.codes)


def build_token_column(texts: list[str], decimal: Decimal) -> TokenColumn:
    """Read cells as categories: trimmed, -1 for missing cells, one canonical spelling for each plain number."""
    canonical: dict[str, int] = {}
    codes = [
        -1 if words.is_missing(text) else canonical.setdefault(words.token(text, decimal), len(canonical))
        for text in map(str.strip, texts)
    ]
    return TokenColumn(np.array(codes, dtype=np.intp), tuple(canonical))
