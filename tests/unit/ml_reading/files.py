"""Facts about a file as training reads it."""

from io import BytesIO

import pytest

from mini_ml.contracts import DataWarning
from mini_ml.errors import InvalidDataset
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.records.bad_rows import BadRowPolicy
from mini_ml.ml.records.table import Table
from mini_ml.ml.scoring.list_warnings import list_warnings
from mini_ml.ml.scoring.score import ScoreOptions, score_csv
from mini_ml.ml.training.dataset import read_table_from
from tests.unit.ml_reading.models import LIMITS, inferred, table, to_bytes

KEEP = ScoreOptions(bad_rows="keep")


def cells_of(read: Table) -> list[list[str]]:
    """Return the rows of a table as text."""
    columns = range(len(read.names))
    return [
        [cell.decode() for cell in row]
        for block in read.blocks
        for row in zip(*(block.column(place) for place in columns), strict=True)
    ]


def rows_of(csv: str | bytes) -> list[list[str]]:
    """Return the rows that training reads."""
    return cells_of(table(csv))


def lines_of(csv: str | bytes) -> list[int]:
    """Return the line of each row that training reads."""
    read = table(csv)
    return [read.line_of(row) for row in range(read.rows)]


def dialect_of(csv: str | bytes) -> tuple[str, str, str]:
    """Return delimiter, quote and escape."""
    file = table(csv).file
    return file.delimiter, file.quote, file.escape


def bad_lines_of(csv: str | bytes) -> list[tuple[int, str]]:
    """Return line and reason of each row that training leaves out."""
    return [(row.line, row.reason) for row in table(csv).bad_rows]


def refusal_of(csv: str | bytes, bad_rows: BadRowPolicy = "skip") -> InvalidDataset:
    """Return the error of a file that training refuses."""
    with pytest.raises(InvalidDataset) as raised:
        read_table_from(BytesIO(to_bytes(csv)), LIMITS, bad_rows=bad_rows)
    return raised.value


def warning_of(csv: str | bytes, code: str) -> DataWarning:
    """Return the only warning of a code."""
    (found,) = (warning for warning in inferred(csv).warnings if warning.code == code)
    return found


def score_with_tally(model: FittedModel, csv: str | bytes, options: ScoreOptions | None = None) -> tuple[bytes, Tally]:
    """Return the output of a scoring, and what was counted."""
    tally = Tally()
    parts = list(score_csv(model, BytesIO(to_bytes(csv)), limits=LIMITS, tally=tally, options=options))
    return b"".join(parts), tally


def scoring_warnings(model: FittedModel, csv: str | bytes, options: ScoreOptions | None = None) -> list[DataWarning]:
    """Return the warnings about a scored file."""
    _, tally = score_with_tally(model, csv, options)
    return list(list_warnings(model, tally))
