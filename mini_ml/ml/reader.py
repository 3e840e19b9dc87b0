"""Read rows the way training fixed: each column's kind and parser, with nothing inferred from the rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mini_ml.contracts import ColumnKind, LeftOut
from mini_ml.ml import dates, words
from mini_ml.ml.block import Block
from mini_ml.ml.frame import Frame, Matrix, Tokens
from mini_ml.ml.table import Table
from mini_ml.ml.text import decode
from mini_ml.ml.words import Decimal

NUMBER_KINDS: frozenset[ColumnKind] = frozenset({"numeric", "boolean", "datetime"})

Cell = str | int | float | bool | None
"""A value of a JSON row."""


@dataclass(frozen=True)
class Feature:
    """A feature column and how its cells are read."""

    name: str
    kind: ColumnKind
    format: str | None = None
    """Date format of a datetime column."""

    @property
    def is_number(self) -> bool:
        """Tell whether the column is read into the matrix of numbers."""
        return self.kind in NUMBER_KINDS

    def value(self, text: str, decimal: Decimal) -> float | None:
        """Return the number that a trimmed, present cell stands for; None where it is none of this kind."""
        if self.kind == "numeric":
            return words.number(text, decimal)
        if self.kind == "boolean":
            return words.boolean(text)
        return dates.epoch(text, self.format or "")


@dataclass(frozen=True)
class Reader:
    """How a model reads its rows; fixed by training, part of the artifact."""

    target: str
    features: tuple[Feature, ...]
    """The columns that are read, in the training file's order."""
    decimal: Decimal
    delimiter: str
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the feature columns."""
        return tuple(feature.name for feature in self.features)

    @property
    def number_features(self) -> tuple[Feature, ...]:
        """Return the features of the matrix of numbers, in its order."""
        return tuple(feature for feature in self.features if feature.is_number)

    @property
    def token_features(self) -> tuple[Feature, ...]:
        """Return the categorical and text features, in their order."""
        return tuple(feature for feature in self.features if not feature.is_number)

    def parse(self, table: Table) -> Frame:
        """Read all rows of a table."""
        return self._frame(table.rows, lambda feature: self._table_column(table, feature.name))

    def parse_block(self, block: Block, positions: Mapping[str, int]) -> Frame:
        """Read a block of records; `positions` says where each feature stands in a record."""
        return self._frame(block.rows, lambda feature: _distinct(block.column(positions[feature.name])))

    def parse_rows(self, columns: Sequence[Sequence[Cell]]) -> Frame:
        """Read JSON values, one sequence per feature in the reader's order."""
        by_name = dict(zip(self.names, columns, strict=True))
        rows = len(columns[0]) if columns else 0
        return self._frame(rows, lambda feature: _spelled(by_name[feature.name], feature, self.decimal))

    def _table_column(self, table: Table, name: str) -> "_Distinct":
        spelled = table.spelled(name)
        return spelled.codes.tolist(), list(spelled.texts)

    def _frame(self, rows: int, column_of: "Callable[[Feature], _Distinct]") -> Frame:
        missing: dict[str, int] = {}
        coerced: dict[str, int] = {}
        numbers = np.full((rows, len(self.number_features)), np.nan)
        for position, feature in enumerate(self.number_features):
            self._read_numbers(feature, column_of(feature), numbers[:, position], missing, coerced)
        tokens = tuple(self._read_tokens(feature, column_of(feature), missing) for feature in self.token_features)
        return Frame(numbers, tokens, missing, coerced)

    def _read_numbers(
        self, feature: Feature, column: "_Distinct", out: Matrix, missing: dict[str, int], coerced: dict[str, int]
    ) -> None:
        codes, texts = column
        values = np.full(len(texts), np.nan)
        absent = np.zeros(len(texts), dtype=np.bool_)
        for code, text in enumerate(map(str.strip, texts)):
            absent[code] = words.is_missing(text)
            value = None if absent[code] else feature.value(text, self.decimal)
            if value is not None:
                values[code] = value
        taken = np.asarray(codes, dtype=np.intp)
        out[:] = values[taken]
        _count(missing, feature.name, int(absent[taken].sum()))
        _count(coerced, feature.name, int((np.isnan(values) & ~absent)[taken].sum()))

    def _read_tokens(self, feature: Feature, column: "_Distinct", missing: dict[str, int]) -> Tokens:
        codes, texts = column
        canonical: dict[str, int] = {}
        recoded = np.empty(len(texts), dtype=np.intp)
        for code, text in enumerate(map(str.strip, texts)):
            if words.is_missing(text):
                recoded[code] = -1
            else:
                recoded[code] = canonical.setdefault(words.token(text, self.decimal), len(canonical))
        rows = recoded[np.asarray(codes, dtype=np.intp)]
        _count(missing, feature.name, int((rows < 0).sum()))
        return Tokens(rows, tuple(canonical))


_Distinct = tuple[list[int], list[str]]
"""Codes of the rows, and the distinct texts that they point to."""


def _distinct(cells: list[bytes]) -> _Distinct:
    seen: dict[bytes, int] = {}
    codes = [seen.setdefault(cell, len(seen)) for cell in cells]
    return codes, [decode(cell) for cell in seen]


def _spelled(values: Sequence[Cell], feature: Feature, decimal: Decimal) -> _Distinct:
    """Spell JSON values as a CSV of this model would."""
    texts = [spell(value, decimal) for value in values]
    return list(range(len(texts))), texts


def spell(value: Cell, decimal: Decimal) -> str:
    """Return the CSV spelling of a JSON value."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).replace(".", decimal)
    return str(value)


def _count(counts: dict[str, int], name: str, number: int) -> None:
    if number:
        counts[name] = number
