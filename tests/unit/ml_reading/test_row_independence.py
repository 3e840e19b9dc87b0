"""The prediction of a row does not depend on the other rows or on the entry point."""

import json

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mini_ml.errors import InvalidDataset
from mini_ml.ml.cells.rows import rows_from_json
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.scoring.score import score_rows
from tests.unit.ml_reading.models import classifier, encode, predictions, score, table
from tests.unit.ml_reading.strategies import ANY_CELL, QUOTED, SPELLINGS, Rows, Spelling, tables, write_csv

quick = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
Named = tuple[list[str], Rows]


def train(names: list[str], rows: Rows) -> FittedModel:
    try:
        return classifier(write_csv(names, rows))
    except InvalidDataset:
        assume(False)
        raise


def vectors(model: FittedModel, names: list[str], rows: Rows, spelling: Spelling) -> list[list[float]]:
    matrix: list[list[float]] = encode(model, write_csv(names, rows, spelling)).tolist()
    return matrix


def json_vectors(model: FittedModel, names: list[str], rows: Rows) -> list[list[float]]:
    columns = {name: tuple(row[place] for row in rows) for place, name in enumerate(names)}
    matrix: list[list[float]] = model.encoder.transform(model.reader.parse_rows(columns, len(rows))).tolist()
    return matrix


@quick
@given(tables(), SPELLINGS, st.data())
def test_a_row_is_encoded_the_same_alone_and_among_others(
    named: Named, spelling: Spelling, data: st.DataObject
) -> None:
    names, rows = named
    model = train(names, rows)
    together = vectors(model, names, rows, spelling)
    order = data.draw(st.permutations(range(len(rows))))

    shuffled = vectors(model, names, [rows[place] for place in order], spelling)
    alone = [vectors(model, names, [row], spelling)[0] for row in rows]

    assert shuffled == [together[place] for place in order]
    assert alone == together


@quick
@given(tables(), SPELLINGS, st.data())
def test_the_order_of_columns_and_extra_columns_change_nothing(
    named: Named, spelling: Spelling, data: st.DataObject
) -> None:
    names, rows = named
    model = train(names, rows)
    order = data.draw(st.permutations(range(len(names))))
    extra = data.draw(st.lists(ANY_CELL, min_size=len(rows), max_size=len(rows)))
    moved = [[row[place] for place in order] + [cell] for row, cell in zip(rows, extra, strict=True)]

    found = predictions(model, write_csv([*(names[place] for place in order), "extra"], moved, spelling))

    assert found == predictions(model, write_csv(names, rows))


@quick
@given(tables(), SPELLINGS, st.integers(1, 60))
def test_the_chunk_size_changes_nothing(named: Named, spelling: Spelling, chunk_bytes: int) -> None:
    names, rows = named
    model = train(names, rows)
    csv = write_csv(names, rows, spelling)

    assert score(model, csv, chunk_bytes=chunk_bytes) == score(model, csv)


@quick
@given(tables(), SPELLINGS)
def test_json_and_csv_give_the_same_vector(named: Named, spelling: Spelling) -> None:
    names, rows = named
    model = train(names, rows)

    assert json_vectors(model, names, rows) == vectors(model, names, rows, spelling)


JSON_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["7", "7.0", "007", "red", " x ", "NA", "2024-01-01", "yes", "two words", "1e999"]),
)


def cell_of(value: str | int | float | bool | None) -> str:
    """Write a JSON value as a CSV would."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


@quick
@given(tables(), st.data())
def test_a_json_value_and_its_spelling_in_a_csv_give_the_same_vector(named: Named, data: st.DataObject) -> None:
    names, rows = named
    model = train(names, rows)
    features = list(model.reader.names)
    any_rows = st.lists(st.lists(JSON_VALUES, min_size=len(features), max_size=len(features)), min_size=1, max_size=6)
    values = data.draw(any_rows)

    columns = {name: tuple(row[place] for row in values) for place, name in enumerate(features)}
    by_json = model.encoder.transform(model.reader.parse_rows(columns, len(values))).tolist()
    cells = [[cell_of(value) for value in row] for row in values]

    assert by_json == vectors(model, features, cells, QUOTED)


@quick
@given(tables(), st.data())
def test_a_trained_model_predicts_for_any_cells(named: Named, data: st.DataObject) -> None:
    names, rows = named
    model = train(names, rows)
    any_rows = st.lists(st.lists(ANY_CELL, min_size=len(names), max_size=len(names)), min_size=1, max_size=8)
    others = data.draw(any_rows)

    csv = write_csv(names, others)
    by_json = score_rows(
        model,
        rows_from_json({"dataframe_split": {"columns": [*names], "data": [[*row] for row in others]}}),
        tally=Tally(),
    )

    assert np.isfinite(encode(model, csv)).all()
    assert predictions(model, csv) == list(by_json.values)


@quick
@given(tables(), SPELLINGS)
def test_output_rows_begin_with_the_bytes_of_the_input(named: Named, spelling: Spelling) -> None:
    names, rows = named
    model = train(names, rows)
    csv = write_csv(names, rows, spelling)

    output = score(model, csv)
    records, scored = records_of(csv), records_of(output)

    assert len(records) == len(scored)
    assert all(
        after.startswith(before + spelling.delimiter.encode()) for before, after in zip(records, scored, strict=True)
    )


def records_of(csv: bytes) -> list[bytes]:
    read = table(csv)
    header = read.header.raw.rstrip(b"\r\n")
    return [
        header,
        *(
            block.raw[start:stop]
            for block in read.blocks
            for start, stop in zip(block.record_starts.tolist(), block.record_stops.tolist(), strict=True)
        ),
    ]
