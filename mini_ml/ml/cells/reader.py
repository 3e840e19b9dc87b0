"""Parse rows with the formats that training chose; nothing is inferred from the rows themselves."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from mini_ml.contracts import FileReport, LeftOut
from mini_ml.ml.cells.columns import NOTICED, NumberColumn, build_token_column, read_number_column, read_token_column
from mini_ml.ml.cells.feature import Cell, Feature, spell
from mini_ml.ml.cells.number_text import Decimal
from mini_ml.ml.cells.numbers import numeric_columns
from mini_ml.ml.frame import Frame, Matrix
from mini_ml.ml.notices import Example, Notices
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.table import Table

READING_RULES = 2
"""Version of the rules in this package. A model of other rules has to be trained again."""

_USUAL_FILE: Final = FileReport()


@dataclass(frozen=True)
class Reader:
    """How a model parses its rows; chosen by training and stored in the artifact."""

    target: str
    features: tuple[Feature, ...]
    """The feature columns, in the order of the training file."""
    decimal: Decimal
    """Decimal mark of the target's numbers, and of the numbers that a batch writes."""
    delimiter: str
    left_out: tuple[LeftOut, ...]
    file: FileReport = _USUAL_FILE
    """How the training file was read."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names of the feature columns."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def number_features(self) -> tuple[Feature, ...]:
        """Return the features in the matrix of numbers, in column order."""
        return tuple(feature for feature in self.features if feature.is_number)

    @cached_property
    def number_names(self) -> tuple[str, ...]:
        """Return the names of the columns of numbers: the features, then one for each missing word of a feature."""
        words = (f"{feature.name}={word}" for feature in self.number_features for word in feature.missing_words)
        return (*(feature.name for feature in self.number_features), *words)

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
        numbers = np.empty((block.rows, len(self.number_names)), order="F")
        missing: Counter[str] = Counter()
        notices = Notices()
        plain = self._plain_columns(block, positions)
        indicator = len(self.number_features)
        for place, feature in enumerate(self.number_features):
            column = plain.get(feature.name)
            if column is None:
                column = read_number_column(block, positions[feature.name], feature)
            numbers[:, place] = column.values
            numbers[:, indicator : indicator + len(feature.missing_words)] = column.indicators.T
            indicator += len(feature.missing_words)
            missing[feature.name] = column.missing
            notices.update(column.notices)
        tokens = tuple(
            read_token_column(block, positions[feature.name], feature.decimal) for feature in self.token_features
        )
        for feature, tokenized in zip(self.token_features, tokens, strict=True):
            missing[feature.name] = tokenized.missing
        return Frame(numbers, tokens, +missing, notices)

    def _plain_columns(self, block: Block, positions: Mapping[str, int]) -> dict[str, NumberColumn]:
        """Return the numeric columns in which every cell of the block is a plain number or missing, by name."""
        found: dict[str, NumberColumn] = {}
        for decimal, features in self._plain_features.items():
            columns = numeric_columns(block, [positions[feature.name] for feature in features], decimal)
            for feature in features:
                values = columns.get(positions[feature.name])
                if values is not None:
                    found[feature.name] = _plain_column(values, feature)
        return found

    @cached_property
    def _plain_features(self) -> dict[Decimal, list[Feature]]:
        """Return the features whose cells are usually plain numbers, by decimal mark."""
        found: dict[Decimal, list[Feature]] = {}
        for feature in self.features:
            if feature.numbers is not None and feature.numbers.is_plain:
                found.setdefault(feature.numbers.decimal, []).append(feature)
        return found

    def parse_rows(self, columns: Mapping[str, Sequence[Cell]], rows: int) -> Frame:
        """Parse JSON values.

        Args:
            columns: the values of each feature, by name.
            rows: number of values in each column.
        """
        numbers = np.zeros((rows, len(self.number_names)))
        missing: Counter[str] = Counter()
        notices = Notices()
        indicator = len(self.number_features)
        for place, feature in enumerate(self.number_features):
            for row, cell in enumerate(columns[feature.name]):
                value, how = feature.read_json(cell)
                numbers[row, place] = value
                if how == "missing":
                    missing[feature.name] += 1
                elif how == "own word":
                    missing[feature.name] += 1
                    numbers[row, indicator + feature.missing_words.index(spell(cell, ".").lower())] = 1
                elif how != "as written":
                    notices.add(feature.name, NOTICED[how], 1, [Example(row + 1, spell(cell, "."))])
            indicator += len(feature.missing_words)
        tokens = tuple(
            build_token_column([spell(cell, feature.decimal) for cell in columns[feature.name]], feature.decimal)
            for feature in self.token_features
        )
        for feature, tokenized in zip(self.token_features, tokens, strict=True):
            if tokenized.missing:
                missing[feature.name] = tokenized.missing
        return Frame(numbers, tokens, missing, notices)


def _plain_column(values: Matrix, feature: Feature) -> NumberColumn:
    indicators = np.zeros((len(feature.missing_words), len(values)))
    return NumberColumn(values, indicators, int(np.count_nonzero(np.isnan(values))), Notices())
