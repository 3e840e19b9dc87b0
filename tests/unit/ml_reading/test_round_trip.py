"""A table in any format reads as it was meant, and the same in training, online and in batch."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from mini_ml.ml.cells.rows import rows_from_json
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.frame import Matrix
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.scoring.score import score_rows
from tests.unit.ml_reading.formats import Written, date_columns, number_columns, truth_columns
from tests.unit.ml_reading.models import classifier, encode, inferred, predictions, table
from tests.unit.ml_reading.strategies import COLUMNS, SPELLINGS, Spelling, write_csv

some = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


class File:
    """Columns with known values, and others; the last column is the target."""

    def __init__(self, known: list[Written], others: list[list[str]]) -> None:
        self.known = {f"k{place}": column for place, column in enumerate(known)}
        columns = {name: column.cells for name, column in self.known.items()}
        columns |= {f"o{place}": cells for place, cells in enumerate(others)}
        self.names = [*columns, "target"]
        labels = ["yes", "no"] * len(known[0].cells)
        self.rows = [[*cells, label] for *cells, label in zip(*columns.values(), labels, strict=False)]

    def write(self, spelling: Spelling) -> bytes:
        """Write the file."""
        return write_csv(self.names, self.rows, spelling)

    def json_rows(self) -> list[JsonValue]:
        """Return the rows with every cell as text."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]


@st.composite
def files(draw: st.DrawFn) -> File:
    """Draw a file of any kinds in any formats."""
    rows = draw(st.integers(3, 20))
    written = st.one_of(number_columns(rows), number_columns(rows), date_columns(rows), truth_columns(rows))
    others = st.sampled_from(COLUMNS).flatmap(lambda cells: st.lists(cells, min_size=rows, max_size=rows))
    return File(draw(st.lists(written, min_size=1, max_size=4)), draw(st.lists(others, max_size=2)))


def numbers_of(model: FittedModel, csv: bytes, names: list[str]) -> list[list[float | None]]:
    """Return the numbers of columns as the model reads them; None is missing."""
    numbers = model.reader.parse(table(csv)).numbers
    places = [[feature.name for feature in model.reader.number_features].index(name) for name in names]
    return [[None if np.isnan(value) else float(value) for value in numbers[:, place]] for place in places]


def json_vectors(model: FittedModel, rows: list[JsonValue]) -> Matrix:
    """Return the matrix that the estimator would see of JSON rows."""
    read = rows_from_json({"instances": rows})
    columns = dict(zip(read.names or (), read.columns, strict=True))
    return model.encoder.transform(model.reader.parse_rows(columns, read.count))


@some
@given(files(), SPELLINGS)
def test_numbers_dates_and_truth_values_are_read_as_they_are_meant(file: File, spelling: Spelling) -> None:
    csv = file.write(spelling)

    found = numbers_of(classifier(csv), csv, list(file.known))

    assert found == [column.values for column in file.known.values()]


@some
@given(files(), SPELLINGS)
def test_a_file_in_known_formats_needs_no_warnings(file: File, spelling: Spelling) -> None:
    warnings = inferred(file.write(spelling)).warnings

    assert not [warning for warning in warnings if warning.column in file.known]


@some
@given(files(), SPELLINGS, SPELLINGS, st.integers(1, 200))
def test_training_online_and_batch_read_the_same_values(
    file: File, trained: Spelling, scored: Spelling, chunk_bytes: int
) -> None:
    model = classifier(file.write(trained))
    rows = file.json_rows()

    by_training = encode(model, file.write(trained))
    by_json = json_vectors(model, rows)
    one_by_one = np.concatenate([json_vectors(model, [row]) for row in rows])
    by_csv = encode(model, file.write(scored))

    assert by_training.tolist() == by_json.tolist() == one_by_one.tolist() == by_csv.tolist()
    online = score_rows(model, rows_from_json({"instances": rows}), tally=Tally()).values
    assert predictions(model, file.write(scored), chunk_bytes=chunk_bytes) == list(online)


@some
@given(files(), SPELLINGS)
def test_a_json_number_is_the_number_that_the_cell_means(file: File, spelling: Spelling) -> None:
    model = classifier(file.write(spelling))
    numeric = [
        feature.name for feature in model.reader.features if feature.kind == "numeric" and feature.name in file.known
    ]
    rows: list[JsonValue] = [
        dict(zip(file.names, row, strict=True)) | {name: file.known[name].values[place] for name in numeric}
        for place, row in enumerate(file.rows)
    ]

    assert json_vectors(model, rows).tolist() == json_vectors(model, file.json_rows()).tolist()
