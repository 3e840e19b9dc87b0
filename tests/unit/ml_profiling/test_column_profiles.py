"""A profile says what the training rows hold in each column."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from mini_ml.contracts import ColumnProfile, Frequency, Profile
from mini_ml.ml.profiling import columns
from mini_ml.ml.profiling.columns import FEWEST_ROWS, count_profiled_rows, profile_columns
from tests.unit.ml_profiling.models import Example, train_example, write_table

WORDS = ("good", "bad", "large", "small", "old", "new", "red", "blue")
LONG = "a category of more than a hundred characters " * 3


def write_kinds(path: Path, rows: int = 300) -> Path:
    """Write a column of each kind, with gaps."""
    random = np.random.default_rng(6)
    places = np.arange(rows)
    remarks = [f"it is {' '.join(random.choice(WORDS, 3))}" for _ in places]
    return write_table(
        path,
        {
            "size": np.where(places % 10, np.round(random.normal(5, 2, rows), 3).astype(str), ""),
            "colour": [["red", "green", "", f"rare {place}", "blue", LONG][place % 6] for place in places],
            "fragile": [["yes", "no", "no", ""][place % 4] for place in places],
            "made": [f"20{10 + place % 12}-0{1 + place % 9}-1{place % 10}" for place in places],
            "remark": remarks,
            "target": [["a", "b", "b"][place % 3] for place in places],
        },
    )


def by_name(profile: Profile) -> dict[str, ColumnProfile]:
    return {column.name: column for column in profile.columns}


def training_cells(path: Path, example: Example, name: str) -> list[str]:
    """Return the cells of a column in the training rows, as written."""
    header, *rows = path.read_text().splitlines()
    place = header.split(",").index(name)
    return [rows[row].split(",")[place] for row in example.dataset.split.training.tolist()]


def test_every_column_has_its_kind_rows_and_gaps(tmp_path: Path) -> None:
    path = write_kinds(tmp_path / "t.csv")
    example = train_example(path, "GaussianNB")

    found = by_name(example.profile)

    assert {name: column.kind for name, column in found.items()} == {
        "size": "numeric",
        "colour": "categorical",
        "fragile": "boolean",
        "made": "datetime",
        "remark": "text",
    }
    for name, column in found.items():
        assert (column.rows, column.missing) == (240, training_cells(path, example, name).count(""))


def test_numbers_and_dates_have_ranges(tmp_path: Path) -> None:
    path = write_kinds(tmp_path / "t.csv")
    example = train_example(path, "GaussianNB")

    found = by_name(example.profile)

    numbers = np.array([float(cell) for cell in training_cells(path, example, "size") if cell])
    assert found["size"].quantiles is not None
    assert found["size"].quantiles.counts == tuple(np.histogram(numbers, found["size"].quantiles.edges)[0].tolist())
    dates = [
        datetime.fromisoformat(cell).replace(tzinfo=UTC).timestamp()
        for cell in training_cells(path, example, "made")
        if cell
    ]
    assert found["made"].histogram is not None
    first, *_, last = found["made"].histogram.edges
    assert first <= min(dates) < max(dates) <= last
    assert last - first < 1.2 * (max(dates) - min(dates))


def test_categories_have_their_frequencies(tmp_path: Path) -> None:
    path = write_kinds(tmp_path / "t.csv")
    example = train_example(path, "GaussianNB")

    colour = by_name(example.profile)["colour"]

    counts = Counter(cell.strip() for cell in training_cells(path, example, "colour") if cell)
    assert len(colour.frequencies) == 20
    assert all(counts[one.value] == one.count for one in colour.frequencies)
    assert {one.value for one in colour.frequencies[:3]} == {"red", "green", "blue"}
    assert (colour.distinct, colour.other) == (
        len(counts),
        sum(counts.values()) - sum(one.count for one in colour.frequencies),
    )


def test_a_long_category_counts_as_another_one(tmp_path: Path) -> None:
    path = write_kinds(tmp_path / "t.csv")
    example = train_example(path, "GaussianNB")

    colour = by_name(example.profile)["colour"]

    longs = training_cells(path, example, "colour").count(LONG)
    assert longs > 20
    assert colour.other > longs
    assert max(len(one.value) for one in colour.frequencies) <= 100


def test_truth_values_have_their_frequencies(tmp_path: Path) -> None:
    path = write_kinds(tmp_path / "t.csv")
    example = train_example(path, "GaussianNB")

    fragile = by_name(example.profile)["fragile"]

    cells = training_cells(path, example, "fragile")
    assert fragile.frequencies == (
        Frequency(value="false", count=cells.count("no")),
        Frequency(value="true", count=cells.count("yes")),
    )
    assert fragile.distinct == 2


def test_a_text_column_has_the_words_that_tell_rows_apart(tmp_path: Path) -> None:
    path = write_kinds(tmp_path / "t.csv")
    example = train_example(path, "GaussianNB")

    remark = by_name(example.profile)["remark"]

    cells = training_cells(path, example, "remark")
    assert {one.value: one.count for one in remark.words} == {
        word: sum(word in cell.split() for cell in cells) for word in WORDS
    }
    assert (remark.frequencies, remark.distinct) == ((), len(set(cells)))


def test_the_target_is_counted_in_all_training_rows(tmp_path: Path) -> None:
    path = write_kinds(tmp_path / "t.csv")
    example = train_example(path, "GaussianNB")

    cells = training_cells(path, example, "target")

    assert example.profile.target.label_counts == (cells.count("a"), cells.count("b"))


def test_of_very_many_rows_some_are_counted(tmp_path: Path) -> None:
    example = train_example(write_kinds(tmp_path / "t.csv"), "GaussianNB")
    training = example.dataset.frame.take(example.dataset.split.training)

    found = profile_columns(example.model.reader, training, most=60)

    assert {column.rows for column in found} == {60}
    every_fourth = training.numbers[::4, 0]
    assert found[0].missing == np.isnan(every_fourth).sum()


def test_how_many_rows_are_counted_depends_on_the_number_of_columns() -> None:
    assert count_profiled_rows(100_000, 10) == 100_000
    assert count_profiled_rows(100_000, 500) == columns.MOST_CELLS // 500
    assert count_profiled_rows(100_000, 50_000) == FEWEST_ROWS
    assert count_profiled_rows(100, 0) == 100
