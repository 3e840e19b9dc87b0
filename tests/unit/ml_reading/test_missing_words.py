"""Each column of numbers or dates has the words for a missing value that its cells show."""

import numpy as np
import pytest

from tests.unit.ml_reading.columns import Column, lines_and_values
from tests.unit.ml_reading.models import classifier, encode, reader

NUMBERS = [place * 1.5 for place in range(30)]


@pytest.mark.parametrize("word", [".", "\\N", "#DIV/0!", "--", "s/d", "n.d.", "missing", "k.A.", "Sem dados", "*"])
def test_a_word_among_many_numbers_means_missing_in_this_column(word: str) -> None:
    column = Column([*NUMBERS, *[word] * 10])

    warning = column.warnings["missing_words"]

    assert (column.kind, column.values[-1]) == ("numeric", None)
    assert (warning.count, lines_and_values(warning)) == (10, [(32, word)])
    assert word in warning.message


def test_up_to_three_words_mean_missing_and_case_does_not_matter() -> None:
    column = Column([*NUMBERS, *["n.d.", "N.D.", "s/d", "--"] * 3])

    assert column.feature.missing_words == ("n.d.", "s/d", "--")


@pytest.mark.parametrize(
    "cells",
    [
        [*NUMBERS, "a", "b", "c", "d"],
        [*NUMBERS, *["low"] * 31],
        [*NUMBERS[:19], *["--"] * 5],
        [*NUMBERS, *["5 g", "6 g", "7 kg"] * 3],
    ],
    ids=["four words", "fewer numbers than words", "fewer than 20 different numbers", "numbers with another unit"],
)
def test_otherwise_the_column_is_one_of_categories_and_warned_of(cells: list[object]) -> None:
    column = Column(cells)

    assert column.kind == "categorical"
    assert bool(column.warnings) == (cells.count("low") < 31)


def test_a_word_of_one_column_means_nothing_in_another() -> None:
    rows = [f"{number},{number},{'uv'[place % 2]}" for place, number in enumerate(NUMBERS)]
    found = reader("\n".join(["a,b,y", *rows, *["s/d,1,u"] * 9]))

    assert [feature.missing_words for feature in found.features] == [("s/d",), ()]


def test_each_word_has_its_own_indicator_column() -> None:
    model = classifier("a,y\n" + "".join(f"{place * 3},u\n" for place in range(25)) + "s/d,v\n--,u\n,v\n" * 3)

    rows = encode(model, "a,b\n5,x\nS/D,x\n--,x\n,x\n")

    assert model.encoder.feature_names == ("a", "a=s/d", "a=--", "a=missing")
    assert rows[:, 1:].tolist() == [[0, 0, 0], [1, 0, 1], [0, 1, 1], [0, 0, 1]]


def test_a_missing_word_at_scoring_is_not_unreadable() -> None:
    column = Column([*NUMBERS, *["s/d"] * 10])

    reading, other = column.read("S/D"), column.read("n.d.")

    assert np.isnan(reading.value)
    assert (reading.how, other.how) == ("own word", "unreadable")


def test_dates_have_words_for_missing_too() -> None:
    column = Column([*(f"2021-01-{day:02}" for day in range(1, 31)), *["sem data"] * 9])

    assert (column.kind, column.feature.missing_words) == ("datetime", ("sem data",))
    assert "missing_words" in column.warnings


@pytest.mark.parametrize("text", ["", "-", "?", "NA", "n/a", "NaN", "null", "None", "#N/A", "<NA>"])
@pytest.mark.parametrize(
    "cells", [(1, 2), ("yes", "no"), ("2021-01-01", "2021-01-02")], ids=["number", "truth", "date"]
)
def test_the_common_words_mean_missing_in_every_column_of_numbers(cells: tuple[object, ...], text: str) -> None:
    reading = Column(cells).read(text)

    assert np.isnan(reading.value)
    assert reading.how == "missing"
