"""Copies of some rows in which the cells of one column are others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.frame import Codes, Frame, Matrix, TokenColumn
from mini_ml.ml.model.fitted import FittedModel, Predictions
from mini_ml.ml.profiling.pace import Pace

_MOST_CELLS: Final = 1_000_000
"""Maximum number of cells that are stacked and predicted at a time, so that memory stays small."""


@dataclass(frozen=True)
class Alteration:
    """The cells that one column gets."""

    place: int
    """Position of the column among the features of the reader."""
    numbers: Matrix | None = None
    """Shape (rows, columns of numbers): the numbers, and the indicators of the missing words of the feature."""
    codes: Codes | None = None
    """Shape (rows,): codes of texts, for a column of tokens."""


class RowCopies:
    """Rows that are copied, each copy with other cells in one column."""

    def __init__(self, reader: Reader, rows: Frame, texts: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
        """Prepare copies.

        Args:
            reader: parsed the rows.
            rows: the rows to copy.
            texts: what cells will be set to besides the texts of the rows, by name of the column.
        """
        self._reader = reader
        tokens = tuple(
            _keep_used(column, texts.get(feature.name, ()))
            for feature, column in zip(reader.token_features, rows.tokens, strict=True)
        )
        self._rows = Frame(rows.numbers, tokens, rows.missing, rows.notices)

    @property
    def rows(self) -> Frame:
        """Return the rows as they are."""
        return self._rows

    @property
    def cells(self) -> int:
        """Return the number of cells of a copy."""
        return self._rows.numbers.size + sum(column.codes.size for column in self._rows.tokens)

    def shuffle(self, place: int, order: Codes) -> Alteration:
        """Return the cells of a column in another order of the rows."""
        if self._reader.features[place].is_number:
            return Alteration(place, numbers=self._rows.numbers[order][:, self._find_numbers(place)])
        return Alteration(place, codes=self._rows.tokens[self._find_tokens(place)].codes[order])

    def set_number(self, place: int, value: float) -> Alteration:
        """Return the cells of a column of numbers, all with one value; NaN is missing."""
        numbers = np.zeros((self._rows.rows, len(self._find_numbers(place))))
        numbers[:, 0] = value
        return Alteration(place, numbers=numbers)

    def set_text(self, place: int, text: str | None) -> Alteration:
        """Return the cells of a column of tokens, all with one of the known texts; None is missing."""
        column = self._rows.tokens[self._find_tokens(place)]
        code = -1 if text is None else column.texts.index(text)
        return Alteration(place, codes=np.full(self._rows.rows, code, dtype=np.intp))

    def stack(self, alterations: Sequence[Alteration]) -> Frame:
        """Return a copy of the rows for each alteration, one after the other."""
        size, copies = self._rows.rows, len(alterations)
        numbers = np.tile(self._rows.numbers, (copies, 1))
        codes = [np.tile(column.codes, copies) for column in self._rows.tokens]
        for copy, altered in enumerate(alterations):
            rows = slice(copy * size, (copy + 1) * size)
            if altered.numbers is not None:
                numbers[rows, self._find_numbers(altered.place)] = altered.numbers
            elif altered.codes is not None:
                codes[self._find_tokens(altered.place)][rows] = altered.codes
        tokens = tuple(TokenColumn(each, column.texts) for each, column in zip(codes, self._rows.tokens, strict=True))
        return Frame(numbers, tokens, self._rows.missing, self._rows.notices)

    def _find_numbers(self, place: int) -> list[int]:
        """Return the columns of numbers of a feature: its own, then those of its missing words."""
        features = self._reader.number_features
        position = self._count_before(place, is_number=True)
        first = len(features) + sum(len(feature.missing_words) for feature in features[:position])
        return [position, *range(first, first + len(features[position].missing_words))]

    def _find_tokens(self, place: int) -> int:
        return self._count_before(place, is_number=False)

    def _count_before(self, place: int, *, is_number: bool) -> int:
        return sum(feature.is_number == is_number for feature in self._reader.features[:place])


def predict_copies(
    model: FittedModel, copies: RowCopies, alterations: Sequence[Alteration], *, pace: Pace
) -> Iterator[Predictions]:
    """Yield the predictions of each copy, with probabilities if the model has them.

    Args:
        model: the model.
        copies: the rows.
        alterations: one for each copy.
        pace: says when there is no time left; then the last copies are left out.
    """
    size = copies.rows.rows
    start = 0
    while start < len(alterations):
        at_a_time = max(1, min(_MOST_CELLS // copies.cells, pace.count_rows(model) // size))
        chosen = alterations[start : start + at_a_time]
        predictions = pace.predict(model, copies.stack(chosen))
        if predictions is None:
            return
        for copy in range(len(chosen)):
            yield predictions.at(slice(copy * size, (copy + 1) * size))
        start += len(chosen)


def _keep_used(column: TokenColumn, others: Sequence[str]) -> TokenColumn:
    """Return a column with the texts that its rows have, and others; encoders look at each text."""
    used = np.unique(column.codes[column.codes >= 0])
    recoded = np.append(np.searchsorted(used, np.arange(len(column.texts))), -1)
    texts = dict.fromkeys([*(column.texts[code] for code in used.tolist()), *others])
    return TokenColumn(recoded[column.codes].astype(np.intp), tuple(texts))
