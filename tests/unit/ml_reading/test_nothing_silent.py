"""No cell that was not read as written, and no column that was not used, is without a word in the answer."""

import numpy as np
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from mini_ml.errors import InvalidDataset
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.schema.infer import Inferred
from mini_ml.ml.scoring.list_warnings import list_warnings
from tests.unit.ml_reading.columns import Column, lines_and_values
from tests.unit.ml_reading.formats import NUMBER_STYLES, NumberStyle, Written, date_columns, number_columns
from tests.unit.ml_reading.models import classifier, inferred, score, table
from tests.unit.ml_reading.strategies import ANY_CELL, Rows, tables, write_csv

some = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
Named = tuple[list[str], Rows]
ROWS = 60
STRANGE = ("n/d", "ten", "10-20", "1:2", "3/10", "1.2.3", "12 lbs", "¥5", "2021-02-30", "2e99", "<5", "5+")
"""Cells that fit no format of `formats`."""
WARNED = {"unreadable": "unreadable_cells", "other form": "other_form", "bound": "bounds"}


def train(names: list[str], rows: Rows) -> FittedModel:
    try:
        return classifier(write_csv(names, rows))
    except InvalidDataset:
        reject()


def decide(names: list[str], rows: Rows) -> Inferred:
    try:
        return inferred(write_csv(names, rows))
    except InvalidDataset:
        reject()


@some
@given(st.one_of(number_columns(ROWS), date_columns(ROWS)), st.integers(2, ROWS - 1), st.sampled_from(STRANGE))
def test_a_strange_cell_of_a_training_file_is_named_with_its_line(written: Written, place: int, strange: str) -> None:
    column = Column([*written.cells[:place], strange, *written.cells[place + 1 :]], delimiter=";")

    named = [pair for warning in column.warnings.values() for pair in lines_and_values(warning)]

    assert (place + 2, strange) in named


@some
@given(tables())
def test_each_cell_of_a_training_file_gives_a_number_or_is_counted(named: Named) -> None:
    names, rows = named
    decided = decide(names, rows)

    frame = decided.reader.parse(table(write_csv(names, rows)))

    counted = {(warning.column, warning.code): warning.count for warning in decided.warnings}
    for place, feature in enumerate(decided.reader.number_features):
        unreadable = counted.get((feature.name, "unreadable_cells"), 0)
        assert np.isnan(frame.numbers[:, place]).sum() == frame.missing[feature.name] + (unreadable or 0)
    assert {(column, code): notice.count for column, code, notice in frame.notices} == {
        key: count for key, count in counted.items() if key[1] in WARNED.values()
    }


@some
@given(tables())
def test_every_column_of_a_file_has_a_kind_or_a_reason(named: Named) -> None:
    names, rows = named

    columns = decide(names, rows).columns

    assert [column.name for column in columns] == names
    assert all((column.kind is None) == (column.left_out is not None) for column in columns[:-1])


@some
@given(NUMBER_STYLES, NUMBER_STYLES, st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20))
def test_a_number_in_any_other_format_is_the_same_number_or_missing(
    trained: NumberStyle, scored: NumberStyle, cents: list[int]
) -> None:
    column = Column([trained.write(123_456_789), trained.write(-1_225), trained.write(5)], delimiter=";")

    readings = [column.read(scored.write(one)) for one in cents]

    assert all(
        reading.how == "unreadable" if np.isnan(reading.value) else reading.value == one / 100
        for reading, one in zip(readings, cents, strict=True)
    )


@some
@given(tables(), st.data())
def test_each_scored_cell_that_is_not_read_as_written_is_counted(named: Named, data: st.DataObject) -> None:
    names, rows = named
    model = train(names, rows)
    any_rows = st.lists(st.lists(ANY_CELL, min_size=len(names), max_size=len(names)), min_size=1, max_size=9)
    others, tally = data.draw(any_rows), Tally()

    score(model, write_csv(names, others), tally=tally)

    counted = {(warning.column, warning.code): warning.count for warning in list_warnings(model, tally)}
    for feature in model.reader.number_features:
        hows = [feature.read_json(row[names.index(feature.name)]).how for row in others]
        for how, code in WARNED.items():
            assert counted.get((feature.name, code), 0) == sum(found == how for found in hows)
