"""Parse rows with the kinds and parsers that training chose; nothing is inferred from the rows themselves."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mini_ml.contracts import LeftOut
from mini_ml.ml.cells import words
from mini_ml.ml.cells.columns import build_token_column, read_number_column, read_token_column
from mini_ml.ml.cells.feature import Cell, Feature, spell
from mini_ml.ml.cells.numbers import numeric_columns
from mini_ml.ml.cells.words import Decimal
from mini_ml.ml.frame import Frame
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.table import Table


@dataclass(frozen=True)
class Reader:
    """How a model parses its rows; chosen by training and stored in the artifact."""

    target: str
    features: tuple[Feature, ...]
    """The feature columns, in the order of the training file."""
    decimal: Decimal
    delimiter: str
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names of the feature columns."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def number_features(self) -> tuple[Feature, ...]:
        """Return the features in the matrix of numbers, in column order."""
        return tuple(feature for feature in self.features if feature.is_number)

    @cached_property
    def _numeric(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features if feature.kind == "numeric")

    @cached_property
    def token_features(self) -> tuple[Feature, ...]:
        """Return the categorical and text features, in column order."""
        return tuple(feature for feature in self.features if not feature.is_number)

    def parse(self, table: Table) -> Frame:
        """Parse all rows of a table."""
        positions = {name: table.names.index(name) for name in self.names}
        return Frame.concatenate([self.parse_block(block, positions) for block in table.blocks])

    def parse_block(self, block: Block, positions: Mapping[str, int]) -> Frame:
        """Parse a block of records.

        Args:
            block: the records.
            positions: position of each feature in a record, by name.
        """
        numbers = np.empty((block.rows, len(self.number_features)), order="F")
        missing: Counter[str] = Counter()
        coerced: Counter[str] = Counter()
        plain = numeric_columns(block, [positions[name] for name in self._numeric], self.decimal)
        for place, feature in enumerate(self.number_features):
            position = positions[feature.name]
            if feature.kind == "numeric" and position in plain:
                numbers[:, place] = plain[position]
                missing[feature.name] = int(np.count_nonzero(np.isnan(plain[position])))
            else:
                column = read_number_column(block, position, feature, self.decimal)
                numbers[:, place] = column.values
                missing[feature.name] = column.missing
                coerced[feature.name] = column.coerced
        tokens = tuple(
            read_token_column(block, positions[feature.name], self.decimal) for feature in self.token_features
        )
        for feature, tokenized in zip(self.token_features, tokens, strict=True):
            missing[feature.name] = tokenized.missing
        return Frame(numbers, tokens, +missing, +coerced)

    def parse_rows(self, columns: Mapping[str, Sequence[Cell]], rows: int) -> Frame:
        """Parse JSON values.

        Args:
            columns: the values of each feature, by name.
            rows: number of values in each column.
        """
        numbers = np.empty((rows, len(self.number_features)))
        missing: Counter[str] = Counter()
        coerced: Counter[str] = Counter()
        for place, feature in enumerate(self.number_features):
            for row, cell in enumerate(columns[feature.name]):
                value = self._number(feature, cell)
                if value is None:
                    absent = words.is_missing(spell(cell, self.decimal))
                    (missing if absent else coerced)[feature.name] += 1
                numbers[row, place] = np.nan if value is None else value
        tokens = tuple(
            build_token_column([spell(cell, self.decimal) for cell in columns[feature.name]], self.decimal)
            for feature in self.token_features
        )
        for feature, tokenized in zip(self.token_features, tokens, strict=True):
            if tokenized.missing:
                missing[feature.name] = tokenized.missing
        return Frame(numbers, tokens, missing, coerced)

    def _number(self, feature: Feature, cell: Cell) -> float | None:
        """Parse a JSON value of a number column; a JSON number does not depend on the decimal mark."""
        if feature.kind == "numeric" and isinstance(cell, int | float) and not isinstance(cell, bool):
            return _usable(cell)
        text = spell(cell, self.decimal)
        return None if words.is_missing(text) else feature.value(text, self.decimal)


def _usable(value: int | float) -> float | None:
    try:
        return words.usable(float(value))
    except OverflowError:
        return None
