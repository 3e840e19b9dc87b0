"""`time_column` holds out the newest rows, and `group_column` whole groups."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.contracts import DataWarning, TrainOptions
from mini_ml.errors import InvalidOption, UnknownColumn
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.cells.number_format import NumberFormat
from mini_ml.ml.training.holdout import holdout_rows
from mini_ml.ml.training.prepare import ParsedDataset, read_dataset
from mini_ml.ml.training.split import split_rows
from mini_ml.ml.training.split_columns import SplitColumns
from mini_ml.ml.training.target_values import TargetValues
from mini_ml.ml.training.train import train
from tests.unit.ml_training.tables import LIMITS, write

Rows = Sequence[tuple[object, ...]]

YEAR = Feature(name="year", kind="numeric", numbers=NumberFormat())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data.csv"


def read(file: Path, header: str, rows: Rows, **asked: Any) -> ParsedDataset:
    """Read a file as training does; the target is `y`, unless another is asked for."""
    write(file, header, *(",".join(map(str, row)) for row in rows))
    options = TrainOptions(**{"target_column": "y", **asked})
    return read_dataset(file, options, limits=LIMITS, seed=0)


def warning_of(dataset: ParsedDataset, code: str) -> DataWarning:
    [found] = [warning for warning in dataset.warnings if warning.code == code]
    return found


def codes_of(dataset: ParsedDataset) -> list[str]:
    return [warning.code for warning in dataset.warnings]


def days(count: int) -> Rows:
    """Return rows with a day each, newest first: day, size, target."""
    return [(f"2021-{12 - row // 28:02}-{28 - row % 28:02}", row % 7 + 0.5, row % 5 + 0.25) for row in range(count)]


def shops(count: int, groups: int) -> Rows:
    """Return rows of shops: shop, size, target."""
    return [(f"shop {row % groups}", row % 7 + 0.5, row % 5 + 0.25) for row in range(count)]


# ---------------------------------------------------------------- the newest rows


def test_the_newest_fifth_is_held_out_and_a_note_says_from_when_on(file: Path) -> None:
    found = read(file, "day,size,y", days(50), time_column="day")

    assert found.split.holdout.tolist() == list(range(10))
    assert found.split.notes == ("The 10 hold-out rows are the newest: “day” is 2021-12-19 or later.",)
    assert codes_of(found) == []


def test_the_column_of_times_stays_a_feature(file: Path) -> None:
    found = read(file, "day,size,y", days(50), time_column="day")

    assert found.reader.names == ("day", "size")


def test_a_dropped_column_orders_the_rows_and_is_no_feature(file: Path) -> None:
    found = read(file, "day,size,y", days(50), time_column="day", columns_to_drop=["day"])

    assert found.split.holdout.tolist() == list(range(10))
    assert found.reader.names == ("size",)
    assert found.columns[0].left_out == "dropped as asked"


def test_what_is_decided_about_the_times_of_a_dropped_column_is_said(file: Path) -> None:
    rows = [(f"{row % 12 + 1}/{row % 11 + 1}/2021", row % 7, row % 5 + 0.25) for row in range(60)]

    found = read(file, "day,size,y", rows, time_column="day", columns_to_drop=["day"])

    assert codes_of(found) == ["ambiguous_day_month"]
    assert found.columns[0].format == "10/11/2021 → 2021-11-10"
    assert found.columns[0].left_out == "dropped as asked"


def test_a_dropped_column_of_times_does_not_change_how_others_are_read(file: Path) -> None:
    rows = [(f"03/{row % 28 + 1}/2021", f"{row % 12 + 1}/{row % 11 + 1}/2021", row % 5 + 0.25) for row in range(60)]

    plain = read(file, "sold,made,y", rows, columns_to_drop=["sold"])
    by_time = read(file, "sold,made,y", rows, columns_to_drop=["sold"], time_column="sold")

    assert by_time.reader == plain.reader
    assert by_time.columns[1:] == plain.columns[1:]


@pytest.mark.parametrize("name", ["id", "step"])
def test_row_numbers_order_the_rows_even_if_they_are_left_out(file: Path, name: str) -> None:
    rows = [(row, row % 7, row % 5 + 0.25) for row in range(50)]

    found = read(file, f"{name},size,y", rows, time_column=name)

    assert found.split.holdout.tolist() == list(range(40, 50))
    assert found.split.notes == (f"The 10 hold-out rows are the newest: “{name}” is 40 or later.",)


def test_times_are_read_in_the_format_of_their_column(file: Path) -> None:
    rows = [(f"{row % 28 + 1}/{12 - row // 28}/2021 10:30", row % 7, row % 5 + 0.25) for row in range(50)]

    found = read(file, "day,size,y", rows, time_column="day")

    assert found.split.holdout.tolist() == list(range(18, 28))
    assert found.split.notes[0].endswith("“day” is 2021-12-19T10:30:00Z or later.")


def test_rows_of_one_time_stay_on_one_side(file: Path) -> None:
    rows = [(2000 + row // 15, row % 7, row % 5 + 0.25) for row in range(90)]

    found = read(file, "year,size,y", rows, time_column="year")

    assert found.split.holdout.tolist() == list(range(75, 90))
    assert found.split.notes == ("The 15 hold-out rows are the newest: “year” is 2005 or later.",)
    assert codes_of(found) == []


def test_a_holdout_that_is_large_because_of_equal_times_is_said(file: Path) -> None:
    rows = [(2000 + (row > 30), row % 7, row % 5 + 0.25) for row in range(90)]

    found = read(file, "year,size,y", rows, time_column="year")

    warning = warning_of(found, "large_holdout")
    assert found.split.holdout.tolist() == list(range(31, 90))
    assert (warning.column, warning.count, warning.params) == ("year", 59, {"percent": 66, "what": "time"})


def test_rows_without_a_time_are_training_rows_and_are_counted(file: Path) -> None:
    rows = [*days(60), ("someday", 1, 2.25), ("", 1, 2.25), ("never", 3, 1.25)]

    found = read(file, "day,size,y", rows, time_column="day")

    warning = warning_of(found, "rows_without_time")
    assert found.split.holdout.tolist() == list(range(12))
    assert {60, 61, 62} <= set(found.split.training.tolist())
    assert (warning.column, warning.count) == ("day", 3)
    assert [(example.line, example.value) for example in warning.examples] == [(62, "someday"), (64, "never")]


def test_only_rows_with_a_target_are_held_out(file: Path) -> None:
    rows = [(day, size, "" if place < 25 else y) for place, (day, size, y) in enumerate(days(50))]

    found = read(file, "day,size,y", rows, time_column="day")

    assert found.split.holdout.tolist() == list(range(25, 30))


def test_a_label_of_the_newest_rows_alone_is_learned_and_not_measured(file: Path) -> None:
    rows = [(2000 + row, row % 7, "new" if row in (46, 48) else "uv"[row % 2]) for row in range(50)]

    found = read(file, "year,size,y", rows, time_column="year")

    warning = warning_of(found, "labels_of_newest_rows")
    assert found.split.holdout.tolist() == [40, 41, 42, 43, 44, 45, 47, 49]
    assert {46, 48} <= set(found.split.training.tolist())
    assert (warning.column, warning.count, warning.params) == ("year", 2, {"labels": "“new”"})
    assert found.split.labels == ("new", "u", "v")


def test_rows_whose_labels_no_older_row_has_leave_nothing_to_measure(file: Path) -> None:
    rows = [(2000 + row, row % 7, "abcde"[row // 10]) for row in range(50)]

    found = read(file, "year,size,y", rows, time_column="year")

    assert found.split.holdout.tolist() == []
    assert found.split.notes == ()
    assert warning_of(found, "labels_of_newest_rows").count == 10


def test_the_newest_rows_may_lack_a_label(file: Path) -> None:
    rows = [(2000 + row, row % 7, "old" if row < 10 else "uv"[row % 2]) for row in range(50)]

    found = read(file, "year,size,y", rows, time_column="year")

    assert found.split.holdout.tolist() == list(range(40, 50))
    assert codes_of(found) == []


def test_too_few_rows_have_no_holdout(file: Path) -> None:
    assert read(file, "year,size,y", [(2000, 1, 2.5), (2001, 2, 3.5)], time_column="year").split.holdout.tolist() == []


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("uvwxyz", "it has neither dates nor numbers; it is read as categorical"),
        (("yes", "no"), "it has neither dates nor numbers; it is read as boolean"),
        ("7", "constant: all cells have the same value"),
        (("",), "all cells are missing"),
        ([f"C{row}" for row in range(40)], "identifier: every cell is a different code"),
    ],
)
def test_a_column_that_cannot_order_the_rows_is_refused_by_name(file: Path, cells: Sequence[str], reason: str) -> None:
    rows = [(cells[row % len(cells)], f"2021-01-{row % 20 + 1:02}", row % 5 + 0.25) for row in range(40)]

    with pytest.raises(InvalidOption) as raised:
        read(file, "when,day,y", rows, time_column="when")

    [issue] = raised.value.issues
    assert (issue.parameter, issue.column, issue.reason) == ("time_column", "when", reason)
    assert issue.hint == "use a column of dates: “day”"


def test_a_column_with_one_time_and_gaps_is_refused(file: Path) -> None:
    rows = [("2021" if row % 2 else "", row % 7, row % 5 + 0.25) for row in range(40)]

    with pytest.raises(InvalidOption, match="fewer than two times") as raised:
        read(file, "year,size,y", rows, time_column="year")

    assert [(issue.parameter, issue.column) for issue in raised.value.issues] == [("time_column", "year")]


# ---------------------------------------------------------------- whole groups


def test_whole_groups_are_held_out_and_a_note_says_how_many(file: Path) -> None:
    found = read(file, "shop,size,y", shops(100, 20), group_column="shop")

    shop_of = np.arange(100) % 20
    assert len(found.split.holdout) == 20
    assert not set(shop_of[found.split.holdout]) & set(shop_of[found.split.training])
    assert found.split.notes == ("The 20 hold-out rows are 4 of the 20 groups of “shop”.",)
    assert codes_of(found) == []


def test_the_column_of_groups_is_no_feature_and_says_why(file: Path) -> None:
    found = read(file, "shop,size,y", shops(100, 20), group_column="shop")

    assert found.reader.names == ("size",)
    assert found.columns[0].left_out == "group_column: rows with the same cell are held out together"


def test_a_group_is_the_trimmed_text_of_its_cell(file: Path) -> None:
    cells = ("7", " 7", "7 ", "8", " 8", "9")
    rows = [(cells[row % 6], row % 7, row % 5 + 0.25) for row in range(60)]

    found = read(file, "shop,size,y", rows, group_column="shop")

    assert sorted({*found.split.training_groups.tolist(), *found.split.holdout_groups.tolist()}) == [0, 1, 2]  # type: ignore[union-attr]


def test_a_row_without_a_group_is_a_group_of_its_own(file: Path) -> None:
    rows = [("" if row % 2 else f"shop {row % 20}", row % 7, row % 5 + 0.25) for row in range(100)]

    found = read(file, "shop,size,y", rows, group_column="shop")

    warning = warning_of(found, "rows_without_group")
    assert (warning.column, warning.count) == ("shop", 50)
    assert found.split.notes[0].endswith("of the 60 groups of “shop”.")


@pytest.mark.parametrize("cells", [("a",), ("a", "a ")])
def test_a_single_group_is_refused_by_name(file: Path, cells: Sequence[str]) -> None:
    rows = [(cells[row % len(cells)], row % 7, row % 5 + 0.25) for row in range(40)]

    with pytest.raises(InvalidOption, match="one group") as raised:
        read(file, "shop,size,y", rows, group_column="shop")

    assert [(issue.parameter, issue.column) for issue in raised.value.issues] == [("group_column", "shop")]


def test_groups_with_labels_of_their_own_are_refused_by_name(file: Path) -> None:
    rows = [("abc"[row % 3], row % 7, "uvw"[row % 3]) for row in range(60)]

    with pytest.raises(InvalidOption, match="no other group has") as raised:
        read(file, "shop,size,y", rows, group_column="shop")

    assert [(issue.parameter, issue.column) for issue in raised.value.issues] == [("group_column", "shop")]


# ---------------------------------------------------------------- both


def test_the_groups_whose_newest_rows_are_newest_are_held_out(file: Path) -> None:
    rows = [(f"shop {row % 20}", row if row % 20 != 3 else row - 50, row % 5 + 0.25) for row in range(100)]

    found = read(file, "shop,step,y", rows, time_column="step", group_column="shop")

    assert sorted(set((found.split.holdout % 20).tolist())) == [16, 17, 18, 19]
    assert found.split.notes == (
        "The 20 hold-out rows are the groups of “shop” whose newest rows are newest: “step” is 96 or later.",
    )


def test_a_row_without_a_time_is_as_new_as_its_group(file: Path) -> None:
    rows = [(f"shop {row % 20}", "" if row == 17 or row % 20 == 3 else row, row % 5 + 0.25) for row in range(100)]

    found = read(file, "shop,step,y", rows, time_column="step", group_column="shop")

    assert 17 in found.split.holdout.tolist()
    assert warning_of(found, "rows_without_time").count == 5


def test_a_group_with_a_label_of_its_own_is_learned_as_a_whole(file: Path) -> None:
    rows = [(f"shop {row // 5}", row, "new" if row == 97 else "uv"[row % 2]) for row in range(100)]

    found = read(file, "shop,step,y", rows, time_column="step", group_column="shop")

    assert found.split.holdout.tolist() == list(range(80, 95))
    assert warning_of(found, "labels_of_newest_rows").count == 5


def test_groups_that_are_equally_new_cannot_be_ordered(file: Path) -> None:
    rows = [(f"shop {row % 5}", row // 5, row % 4 + 0.25) for row in range(50)]

    with pytest.raises(InvalidOption, match="same time") as raised:
        read(file, "shop,step,y", rows, time_column="step", group_column="shop")

    assert [issue.parameter for issue in raised.value.issues] == ["time_column"]


# ---------------------------------------------------------------- names


def test_columns_that_do_not_exist_are_refused_together_with_the_nearest_names(file: Path) -> None:
    with pytest.raises(UnknownColumn, match="no such column") as raised:
        read(file, "day,shop,y", days(50), time_column="dayy", group_column="shops")

    assert [(issue.parameter, issue.column, issue.hint) for issue in raised.value.issues] == [
        ("time_column", "dayy", "did you mean “day”?"),
        ("group_column", "shops", "did you mean “shop”?"),
    ]


@pytest.mark.parametrize("option", ["time_column", "group_column"])
def test_the_target_and_doubled_names_are_refused(file: Path, option: str) -> None:
    with pytest.raises(UnknownColumn, match="it is the target"):
        read(file, "day,size,y", days(50), **{option: "y"})
    with pytest.raises(UnknownColumn, match="more than once"):
        read(file, "day,day,y", days(50), **{option: "day"})


# ---------------------------------------------------------------- rules that hold for all rows


@st.composite
def targets(draw: st.DrawFn) -> tuple[TargetValues, SplitColumns]:
    """Return some targets, with times, groups or both, none of which is refused for being too few."""
    count = draw(st.integers(3, 50))
    codes = np.array(draw(st.lists(st.integers(0, 2), min_size=count, max_size=count)), dtype=np.int64)
    is_classes = draw(st.booleans())
    target = TargetValues(
        rows=np.arange(count) * 2,
        values=codes if is_classes else codes * 1.5,
        labels=("a", "b", "c") if is_classes else None,
        without_target=0,
    )
    cells = st.one_of(st.just(np.nan), st.integers(0, 12).map(float))
    times = np.array(draw(st.lists(cells, min_size=count, max_size=count)))
    groups = np.array(draw(st.lists(st.integers(0, 9), min_size=count, max_size=count)), dtype=np.intp)
    kind = draw(st.sampled_from(["time", "group", "both"]))
    return target, SplitColumns(
        time=None if kind == "group" else YEAR,
        times=None if kind == "group" else times,
        group=None if kind == "time" else "shop",
        groups=None if kind == "time" else groups,
    )


@given(targets(), st.integers(0, 3))
def test_the_holdout_obeys_times_and_groups(given_: tuple[TargetValues, SplitColumns], seed: int) -> None:
    target, columns = given_
    try:
        split = split_rows(target, seed=seed, columns=columns)
    except InvalidOption:
        return
    assert sorted([*split.training.tolist(), *split.holdout.tolist()]) == target.rows.tolist()
    assert set(split.training_target.tolist()) == set(target.values.tolist()) or split.labels is None
    if split.training_groups is not None and split.holdout_groups is not None:
        assert not set(split.training_groups.tolist()) & set(split.holdout_groups.tolist())
    elif columns.times is not None and len(split.holdout):
        new = set(split.training_target.tolist()) - set(split.holdout_target.tolist())
        older = [
            time
            for time, label in zip(columns.times[split.training // 2], split.training_target, strict=True)
            if label not in new and not np.isnan(time)
        ]
        assert columns.times[split.holdout // 2].min() > max(older, default=-1.0)


@given(st.integers(1, 60), st.integers(0, 5), st.booleans())
def test_without_the_options_the_split_is_a_stratified_random_one(count: int, seed: int, is_classes: bool) -> None:
    values = np.arange(count) % 3
    labels = ("a", "b", "c") if is_classes else None
    target = TargetValues(rows=np.arange(count), values=values, labels=labels, without_target=0)

    split = split_rows(target, seed=seed)

    expected = holdout_rows(values if is_classes else None, count, seed=seed)
    assert split.holdout.tolist() == expected.tolist()
    assert (split.notes, split.warnings, split.holdout_groups) == ((), (), None)
    assert split.fold_scheme.times is None
    assert split.fold_scheme.groups is None


# ---------------------------------------------------------------- through a training


def test_a_training_is_measured_on_the_newest_rows(file: Path) -> None:
    write(file, "day,size,y", *(",".join(map(str, row)) for row in days(60)))

    trained = train(file, TrainOptions(time_column="day"), limits=LIMITS)

    assert trained.holdout_rows.tolist() == list(range(12))
    assert trained.metrics.holdout_rows == 12
    assert "The 12 hold-out rows are the newest: “day” is 2021-12-17 or later." in trained.notes


def test_a_training_is_measured_on_groups_that_it_did_not_see(file: Path) -> None:
    """The shop alone tells the label, but nothing tells the label of a shop that is new."""
    random = np.random.default_rng(0)
    label_of, size_of = random.integers(0, 2, 40), random.random(40)
    rows = [f"{shop},{size_of[shop]:.6f},{'uv'[label_of[shop]]}" for shop in np.arange(800) % 40]
    write(file, "shop,size,y", *rows)

    known = train(file, TrainOptions(model_type="KNeighborsClassifier"), limits=LIMITS)
    unknown = train(file, TrainOptions(model_type="KNeighborsClassifier", group_column="shop"), limits=LIMITS)

    assert known.metrics.accuracy == 1.0  # type: ignore[union-attr]
    assert unknown.metrics.accuracy < 0.8  # type: ignore[union-attr, operator]
    assert [column.name for column in unknown.schema.columns] == ["size"]
