"""Whatever was decided about scored rows is in the warnings of the answer."""

import pytest
from pydantic import JsonValue

from mini_ml.contracts import DataWarning
from mini_ml.ml.cells.rows import rows_from_json
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.scoring.list_warnings import list_warnings
from mini_ml.ml.scoring.score import ScoreOptions, score_rows
from tests.unit.ml_reading.columns import lines_and_values
from tests.unit.ml_reading.models import classifier, score

FLOWERS = "length,colour,day,variety\n" + "".join(
    f"{place}.5,{('red', 'blue')[place % 2]},2021-01-{place + 10},{'uv'[place % 2]}\n" for place in range(20)
)


@pytest.fixture(scope="module")
def flowers() -> FittedModel:
    return classifier(FLOWERS)


def by_code(warnings: tuple[DataWarning, ...]) -> dict[str, DataWarning]:
    return {warning.code: warning for warning in warnings}


def warnings_of_csv(model: FittedModel, csv: str, dropped: tuple[str, ...] = ()) -> dict[str, DataWarning]:
    tally = Tally()
    score(model, csv, ScoreOptions(columns_to_drop=dropped), tally=tally)
    return by_code(list_warnings(model, tally))


def warnings_of_rows(model: FittedModel, rows: JsonValue) -> dict[str, DataWarning]:
    tally = Tally()
    score_rows(model, rows_from_json({"instances": rows}), tally=tally)
    return by_code(list_warnings(model, tally))


def test_clean_rows_have_no_warnings(flowers: FittedModel) -> None:
    assert warnings_of_csv(flowers, FLOWERS) == {}
    assert warnings_of_rows(flowers, [{"length": 1, "colour": "red", "day": "2021-01-01"}]) == {}


def test_cells_that_are_not_read_as_written_are_named_by_line(flowers: FittedModel) -> None:
    lengths = ["1.5", "ten", '"2,5"', "<3", "(4)"]
    csv = "length,colour,day\n" + "".join(f"{length},red,2021-01-01\n" for length in lengths)

    warnings = warnings_of_csv(flowers, csv)

    assert lines_and_values(warnings["other_form"]) == [(4, "2,5"), (6, "(4)")]
    assert lines_and_values(warnings["bounds"]) == [(5, "<3")]
    assert lines_and_values(warnings["unreadable_cells"]) == [(3, "ten")]


def test_json_values_that_are_not_read_as_written_are_named_by_row(flowers: FittedModel) -> None:
    rows: JsonValue = [
        {"length": "1.5", "colour": "red", "day": "2021-01-01"},
        {"length": "2,5", "colour": "red", "day": "01/02/2021"},
    ]

    warnings = warnings_of_rows(flowers, rows)

    assert lines_and_values(warnings["other_form"]) == [(2, "2,5")]
    assert lines_and_values(warnings["unreadable_cells"]) == [(2, "01/02/2021")]
    assert (
        warnings["unreadable_cells"].message
        == "1 cell could not be read (dates are expected) and is treated as missing."
    )


def test_unknown_categories_are_named(flowers: FittedModel) -> None:
    warning = warnings_of_csv(flowers, "length,colour,day\n1,pink,2021-01-01\n1,pink,2021-01-01\n")["unseen_categories"]

    assert (warning.column, warning.count, warning.params) == ("colour", 2, {"categories": "“pink”"})


def test_gaps_where_training_had_none_are_counted(flowers: FittedModel) -> None:
    warnings = warnings_of_csv(flowers, "length,colour,day\n,red,2021-01-01\n")

    assert [(warning.code, warning.column, warning.count) for warning in warnings.values()] == [
        ("new_gaps", "length", 1)
    ]


def test_gaps_where_training_had_some_are_not_warned_of() -> None:
    model = classifier("a,b,y\n1,x,u\n,,v\n3,z,u\n")

    assert warnings_of_csv(model, "a,b\n,\n") == {}


def test_unknown_columns_to_drop_are_named(flowers: FittedModel) -> None:
    warnings = warnings_of_csv(flowers, FLOWERS, dropped=("variety", "colr"))

    assert [(warning.code, warning.column) for warning in warnings.values()] == [("unknown_columns_to_drop", "colr")]


def test_the_counts_do_not_depend_on_the_chunks_but_cover_all(flowers: FittedModel) -> None:
    csv = "length,colour,day\n" + "1,red,2021-01-01\nten,red,2021-01-01\n" * 200
    small, large = Tally(), Tally()

    score(flowers, csv, tally=small, chunk_bytes=100)
    score(flowers, csv, tally=large)

    assert list_warnings(flowers, small) == list_warnings(flowers, large)
    assert list_warnings(flowers, small)[0].count == 200
