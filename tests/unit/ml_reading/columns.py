"""What is decided about one column `x` of a file that also has a numeric column `z` and a target `y`."""

import csv
import io
from collections.abc import Sequence

import numpy as np

from mini_ml.contracts import ColumnReport, DataWarning
from mini_ml.ml.cells.feature import CellReading, Feature
from mini_ml.ml.schema.infer import Inferred
from tests.unit.ml_reading.models import inferred, table


class Column:
    """The column, as it was written and as it is read."""

    def __init__(self, cells: Sequence[object], *, name: str = "x", delimiter: str = ",", beside: object = 7) -> None:
        self.name = name
        self.csv = write_column(cells, name=name, delimiter=delimiter, beside=beside)
        self.decided: Inferred = inferred(self.csv)

    @property
    def feature(self) -> Feature:
        """Return how the model reads the column."""
        return next(feature for feature in self.decided.reader.features if feature.name == self.name)

    @property
    def report(self) -> ColumnReport:
        """Return what the answer says about the column."""
        return next(column for column in self.decided.columns if column.name == self.name)

    @property
    def kind(self) -> str | None:
        """Return the kind; None if the column is left out."""
        return self.report.kind

    @property
    def left_out(self) -> str | None:
        """Return why the column is left out."""
        return self.report.left_out

    @property
    def warnings(self) -> dict[str, DataWarning]:
        """Return the warnings about the column, by code."""
        return {warning.code: warning for warning in self.decided.warnings if warning.column == self.name}

    @property
    def values(self) -> list[float | None]:
        """Return the numbers that the model reads; None is missing."""
        reader = self.decided.reader
        place = [feature.name for feature in reader.number_features].index(self.name)
        numbers = reader.parse(table(self.csv)).numbers[:, place]
        return [None if np.isnan(number) else float(number) for number in numbers]

    def read(self, text: str) -> CellReading:
        """Read a cell at scoring."""
        return self.feature.read(text)


def write_column(cells: Sequence[object], *, name: str = "x", delimiter: str = ",", beside: object = 7) -> str:
    """Write the file; `z` has integers, and `beside` in its first row to show the decimal mark of the file."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow([name, "z", "y"])
    writer.writerows([cell, place % 5 if place else beside, "uv"[place % 2]] for place, cell in enumerate(cells))
    return out.getvalue()


def lines_and_values(warning: DataWarning) -> list[tuple[int, str]]:
    """Return the examples of a warning."""
    return [(example.line, example.value) for example in warning.examples]
