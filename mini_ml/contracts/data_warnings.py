"""What the platform decided about the data, as answers and summaries say it."""

from pydantic import Field, JsonValue

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.vocabulary import ColumnKind


class WarningExample(FrozenModel):
    """A cell that a warning is about."""

    line: int
    """Line of the CSV, counted from 1; for JSON rows, the number of the row."""
    value: str
    """The cell, cut at 40 characters."""


class DataWarning(FrozenModel):
    """Something that was decided about the data, and that an analyst would want to know."""

    code: str
    message: str
    params: dict[str, JsonValue] = Field(default_factory=dict)
    """The values in the message, for translations."""
    column: str | None = None
    count: int | None = None
    """Number of cells or rows that the warning is about."""
    examples: tuple[WarningExample, ...] = ()


class ColumnReport(FrozenModel):
    """What was decided about one column of a training file."""

    name: str
    kind: ColumnKind | None = None
    """None for the target and for columns that are left out."""
    format: str | None = None
    """How a cell is read, by example: `1.234,56 → 1234.56`; None if cells are read as they are."""
    missing: int | None = None
    """Number of missing cells in the file; None for columns that are not read."""
    left_out: str | None = None
    """Why the model does not use the column; None if it does."""
