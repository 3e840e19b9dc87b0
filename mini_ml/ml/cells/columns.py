"""Read a column cell by cell, each distinct cell once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from mini_ml.ml.cells import words
from mini_ml.ml.cells.feature import Feature, How
from mini_ml.ml.cells.number_text import Decimal
from mini_ml.ml.frame import Matrix, TokenColumn
from mini_ml.ml.notices import MOST_EXAMPLES, Example, NoticeCode, Notices
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.distinct import Distinct, distinct_cells
from mini_ml.ml.records.text import cell_text

NOTICED: Final[dict[How, NoticeCode]] = {
    "unreadable": "unreadable_cells",
    "other form": "other_form",
    "bound": "bounds",
}
"""The ways of reading that are reported."""
_GAPS: Final = frozenset[How]({"missing", "own word"})


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers; NaN is missing or could not be read."""

    values: Matrix
    """Shape (rows,)."""
    indicators: Matrix
    """Shape (missing words of the feature, rows): 1 where the cell is the word."""
    missing: int
    notices: Notices


def read_number_column(block: Block, position: int, feature: Feature) -> NumberColumn:
    """Read a numeric, boolean or datetime column."""
    found = distinct_cells(block, position)
    texts = [cell_text(cell).strip() for cell in found.cells]
    values, hows = feature.read_many(texts)
    counts = np.bincount(found.codes, minlength=len(texts)).tolist()
    missing = sum(count for how, count in zip(hows, counts, strict=True) if how in _GAPS)
    indicators = _mark_words(texts, feature)[:, found.codes]
    return NumberColumn(values[found.codes], indicators, missing, _collect_notices(block, feature.name, hows, found))


def _mark_words(texts: Sequence[str], feature: Feature) -> Matrix:
    """Return, for each missing word of the feature, which of the distinct cells are this word."""
    if not feature.missing_words:
        return np.empty((0, len(texts)))
    return np.array([[text.lower() == word for text in texts] for word in feature.missing_words], dtype=np.float64)


def _collect_notices(block: Block, name: str, hows: Sequence[How], found: Distinct) -> Notices:
    notices = Notices()
    found_hows = set(hows)
    for how in (one for one in NOTICED if one in found_hows):
        places = [place for place, one in enumerate(hows) if one == how]
        rows = np.flatnonzero(np.isin(found.codes, places))
        examples = [
            Example(block.line_of(row), cell_text(found.cells[found.codes[row]]).strip())
            for row in rows[:MOST_EXAMPLES].tolist()
        ]
        notices.add(name, NOTICED[how], len(rows), examples)
    return notices


def read_token_column(block: Block, position: int, decimal: Decimal) -> TokenColumn:
    """Read a categorical or text column."""
    found = distinct_cells(block, position)
    return build_token_column([cell_text(cell) for cell in found.cells], decimal).at(found.codes)


def build_token_column(texts: list[str], decimal: Decimal) -> TokenColumn:
    """Read cells as categories: trimmed, -1 for missing cells, one canonical spelling for each plain number."""
    canonical: dict[str, int] = {}
    codes = [
        -1 if words.is_missing_category(text) else canonical.setdefault(words.token(text, decimal), len(canonical))
        for text in map(str.strip, texts)
    ]
    return TokenColumn(np.array(codes, dtype=np.intp), tuple(canonical))
