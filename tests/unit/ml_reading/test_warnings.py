"""Whatever was decided about the data is in the warnings and columns of a training."""

from pathlib import Path

import pytest

from mini_ml.contracts import DataWarning, TrainOptions
from mini_ml.errors import InvalidTarget
from mini_ml.ml.schema.data_warnings import MOST_WARNINGS, limit_warnings, write_warning
from mini_ml.ml.training.prepare import ParsedDataset, read_dataset
from tests.unit.ml_reading.columns import lines_and_values, write_column
from tests.unit.ml_reading.models import LIMITS

FLOWERS = "length,colour,day,variety\n" + "".join(
    f"{place}.5,{('red', 'blue')[place % 2]},2021-01-{place + 10},{'uv'[place % 2]}\n" for place in range(20)
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data.csv"


def read(file: Path, csv: str, model_type: str = "auto", target: str | None = None) -> ParsedDataset:
    """Read a file as training does."""
    file.write_text(csv)
    return read_dataset(file, TrainOptions(model_type=model_type, target_column=target), limits=LIMITS, seed=0)


def by_code(warnings: tuple[DataWarning, ...]) -> dict[str, DataWarning]:
    return {warning.code: warning for warning in warnings}


def test_a_clean_file_has_no_warnings(file: Path) -> None:
    assert read(file, FLOWERS).warnings == ()


def test_unreadable_cells_of_a_feature_are_named_with_lines_and_values(file: Path) -> None:
    cells = [*map(str, range(60)), "n/d", "unknown", "?"]

    warning = by_code(read(file, write_column(cells)).warnings)["unreadable_cells"]

    assert (warning.column, warning.count) == ("x", 2)
    assert lines_and_values(warning) == [(62, "n/d"), (63, "unknown")]
    assert warning.message == "2 cells could not be read (numbers are expected) and are treated as missing."


def test_at_most_three_examples_are_given_and_a_value_has_at_most_40_characters(file: Path) -> None:
    cells = [*map(str, range(200)), *("x" * 100 + str(place) for place in range(5))]

    warning = by_code(read(file, write_column(cells)).warnings)["unreadable_cells"]

    assert (warning.count, len(warning.examples)) == (5, 3)
    assert {len(example.value) for example in warning.examples} == {40}


def test_the_columns_say_what_became_of_each_column(file: Path) -> None:
    csv = "id,amount,same,colour,y\n" + "".join(
        f'{place},"R$ 1.{place:03},50",7,{"red" if place % 2 else ""},{place % 7}.5\n' for place in range(30)
    )

    columns = {column.name: column for column in read(file, csv).columns}

    assert columns["id"].left_out == "row number: it numbers the rows in file order"
    assert (columns["amount"].kind, columns["amount"].format) == ("numeric", "R$ 1.000,50 → 1000.5")
    assert columns["same"].left_out == "constant: all cells have the same value"
    assert (columns["colour"].kind, columns["colour"].missing) == ("categorical", 15)
    assert (columns["y"].kind, columns["y"].left_out) == (None, None)


def test_missing_and_unreadable_cells_are_counted_by_column(file: Path) -> None:
    columns = read(file, write_column([*range(60), "", "NA", "n/d"])).columns

    assert [(column.name, column.missing) for column in columns] == [("x", 3), ("z", 0), ("y", 0)]


def test_the_format_and_the_gaps_of_a_numeric_target_are_in_the_columns(file: Path) -> None:
    csv = "a;y\n" + "".join(f"{place};R$ 1.{place % 9}00,50\n" for place in range(30)) + "3;\n"

    target = read(file, csv).columns[-1]

    assert (target.format, target.missing) == ("R$ 1.000,50 → 1000.5", 1)


def test_rows_without_a_target_are_counted_and_the_words_named(file: Path) -> None:
    csv = "a,y\n" + "".join(f"{place},{'uv'[place % 2]}\n" for place in range(20)) + "1,NA\n2,\n3,n/a\n"

    warning = by_code(read(file, csv).warnings)["rows_without_target"]

    assert (warning.count, lines_and_values(warning)) == (3, [(22, "NA"), (24, "n/a")])


def test_merged_labels_are_named(file: Path) -> None:
    csv = "a,y\n" + "".join(f"{place},{('1', '1.0', '2')[place % 3]}\n" for place in range(30)) + "7,1.0\n"

    warning = by_code(read(file, csv).warnings)["labels_merged"]

    assert (warning.count, warning.params) == (10, {"labels": "“1”"})


def test_the_assumptions_about_a_target_are_said(file: Path) -> None:
    csv = "a;y\n" + "".join(f"{place};{place % 7 + 1},{500 + place}\n" for place in range(30))

    warning = by_code(read(file, csv).warnings)["ambiguous_mark"]

    assert (warning.column, warning.count) == ("y", 30)


def test_bounds_and_other_forms_in_a_target_are_said(file: Path) -> None:
    csv = "a,y\n" + "".join(f"{place},{place}.5\n" for place in range(30)) + '3,<0.5\n4,"2,5"\n'

    warnings = by_code(read(file, csv).warnings)

    assert lines_and_values(warnings["bounds"]) == [(32, "<0.5")]
    assert lines_and_values(warnings["other_form"]) == [(33, "2,5")]


def test_numbers_that_are_learned_as_labels_are_said(file: Path) -> None:
    csv = "a,y\n" + "".join(f"{place},{place % 25}\n" for place in range(100))

    warning = by_code(read(file, csv, "DecisionTreeClassifier").warnings)["numbers_as_labels"]

    assert warning.params == {"instead": "DecisionTreeRegressor"}


@pytest.mark.parametrize(
    ("model_type", "regressor"),
    [
        ("LogisticRegression", "Ridge"),
        ("DecisionTreeClassifier", "DecisionTreeRegressor"),
        ("auto:classification", "auto:regression"),
    ],
)
def test_a_classifier_on_amounts_is_refused_with_the_name_of_a_regressor(
    file: Path, model_type: str, regressor: str
) -> None:
    csv = "a,y\n" + "".join(f"{place},{place}.37\n" for place in range(60))

    with pytest.raises(InvalidTarget) as caught:
        read(file, csv, model_type)

    issue = caught.value.issues[0]
    assert (issue.parameter, issue.column, issue.hint) == ("model_type", "y", f"use `{regressor}`")


@pytest.mark.parametrize(
    ("cells", "task"),
    [
        (["150,50", "1.300,00", "1.451,50"], "regression"),
        (["$1.50", "$2.50", "$3.00"], "regression"),
        (["1.5%", "2.5%", "7.5%"], "regression"),
        (["1", "2", "3"], "classification"),
        (["low", "high", "mid"], "classification"),
        (["0", "1", "1"], "classification"),
    ],
)
def test_auto_predicts_amounts_as_numbers(file: Path, cells: list[str], task: str) -> None:
    csv = "a;y\n" + "".join(f"{place};{cells[place % 3]}\n" for place in range(60))

    assert read(file, csv).split.task == task


def test_more_than_fifty_warnings_are_counted(file: Path) -> None:
    names = [f"n{place}" for place in range(60)]
    rows = [[str(row)] * 60 for row in range(39)] + [["n/d"] * 60]
    csv = "\n".join(",".join([*row, "uv"[place % 2]]) for place, row in enumerate(rows))

    warnings = read(file, ",".join([*names, "y"]) + "\n" + csv + "\n").warnings

    assert len(warnings) == MOST_WARNINGS
    assert (warnings[-1].code, warnings[-1].count) == ("more_warnings", 11)


def test_warnings_that_are_counted_already_are_counted_again_if_one_is_added() -> None:
    full = limit_warnings([write_warning("row_names")] * (MOST_WARNINGS + 10))

    limited = limit_warnings([write_warning("no_header", params={"names": "a"}), *full])

    assert len(limited) == MOST_WARNINGS
    assert (full[-1].count, limited[-1].code, limited[-1].count) == (11, "more_warnings", 12)
