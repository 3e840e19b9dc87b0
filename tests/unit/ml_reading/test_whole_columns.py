"""A decision about a column depends on all its cells and on no cell of a column that is something else."""

import itertools

import pytest

from mini_ml.ml.cells.dates import DateFormat
from mini_ml.ml.cells.layouts import group_by_layout
from mini_ml.ml.cells.number_text import unit_key
from mini_ml.ml.cells.rows import rows_from_json
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.scoring.list_warnings import list_warnings
from mini_ml.ml.scoring.score import score_rows
from tests.unit.ml_reading.columns import Column, lines_and_values
from tests.unit.ml_reading.models import classifier, inferred, score


@pytest.mark.parametrize("first", ["+00:00", "-00:00", "+02:00"])
def test_cells_of_one_layout_keep_their_own_offsets(first: str) -> None:
    texts = [*(f"2021-01-{day:02d}T10:00:00{first}" for day in range(1, 21)), "2021-01-15T10:00:00+05:00"]
    form = DateFormat(timed=True)

    assert form.values(texts).tolist() == [form.value(text) for text in texts]


@pytest.mark.parametrize("edge", ["9999-12-31T23:59:59-03:00", "0001-01-01T00:00:00+02:00"])
def test_the_first_and_last_years_can_be_shown_as_an_example(edge: str) -> None:
    column = Column([edge, *(f"2021-01-{day:02d}T10:00:00Z" for day in range(1, 29))])

    assert column.kind == "datetime"


def test_a_few_durations_among_many_numbers_are_unreadable_cells() -> None:
    column = Column([*map(str, range(100, 196)), "1:30", "2:30"])

    assert column.kind == "numeric"
    assert column.warnings["unreadable_cells"].count == 2


def test_a_number_in_a_column_of_words_shows_no_decimal_mark_for_others() -> None:
    notes = ["2,5", *(f"note {'abcdefgh'[place % 8]}" for place in range(39))]
    csv = "x;note;y\n" + "".join(f"{3 + place / 1000:.3f};{notes[place]};{'ab'[place % 2]}\n" for place in range(40))
    [warning] = [warning for warning in inferred(csv).warnings if warning.column == "x"]

    assert warning.code == "ambiguous_mark"


def test_a_date_in_a_column_of_words_shows_no_order_for_others() -> None:
    notes = ["01/13/2021", *(f"note {'abcdefgh'[place % 8]}" for place in range(39))]
    days = [f"{place % 12 + 1:02d}/{place % 11 + 1:02d}/2021" for place in range(40)]
    csv = "x;note;y\n" + "".join(f"{days[place]};{notes[place]};{'ab'[place % 2]}\n" for place in range(40))
    codes = {warning.code for warning in inferred(csv).warnings if warning.column == "x"}

    assert codes == {"ambiguous_day_month"}


@pytest.mark.parametrize("order", [1, -1])
def test_a_rare_form_counts_wherever_it_stands_in_a_long_column(order: int) -> None:
    cells = [*(f"{place}.5 kg" for place in range(21_000)), *(f"{place}.25" for place in range(9_000))][::order]

    column = Column(cells)

    assert (column.kind, column.warnings["bare_numbers"].count) == ("numeric", 9_000)


def test_long_integers_beside_a_mark_in_another_part_of_the_file_make_it_a_fraction() -> None:
    cells = [*map(str, range(1000, 1400)), *map(str, range(100, 500)), *(f"1,{place}" for place in range(100, 300))]

    column = Column(cells, delimiter=";", name="x")

    assert column.values[-1] == pytest.approx(1.299)


def test_truth_words_among_zeros_and_ones_are_said_to_be_read() -> None:
    column = Column([*["0", "1"] * 48, "yes", "no"])

    assert (column.kind, list(column.warnings)) == ("numeric", ["other_form"])


def test_rounded_integers_are_warned_of_beside_other_cells_too() -> None:
    column = Column([*(f"9{place:018d}" for place in range(60)), "n/d"])

    assert "rounded_integers" in column.warnings


def test_different_codes_that_are_one_number_when_rounded_are_not_constant() -> None:
    column = Column([f"R$ 12345678901234{place:03d}" for place in range(40)], delimiter=";")

    assert column.left_out is None


@pytest.mark.parametrize("cells", [["912 345 678", "913 555 101"], ["+351 912 345 678", "+351 913 555 101"]])
def test_phone_numbers_are_not_numbers(cells: list[str]) -> None:
    assert Column(cells * 10).kind == "categorical"


def test_a_target_of_amounts_with_a_word_for_missing_is_a_regression() -> None:
    cells = [f"{place}.5" if place % 3 else "s/d" for place in range(200)]
    csv = "x,y\n" + "".join(f"{place},{cell}\n" for place, cell in enumerate(cells))

    assert inferred(csv, "y").target.format.decimal == "."


def test_an_example_shows_the_order_of_day_and_month() -> None:
    column = Column([f"{place % 12 + 1:02d}/{place % 28 + 1:02d}/2021" for place in range(60)])

    assert column.report.format
    first, second, _ = column.report.format.split(" ")[0].split("/")
    assert first != second


def test_every_unseen_cell_is_counted_however_many_there_are_and_in_whatever_chunks() -> None:
    model = classifier("x,g,y\n" + "".join(f"{place},{'abc'[place % 3]},{'uv'[place % 2]}\n" for place in range(30)))
    csv = "x,g\n" + "".join(f"1,new {place}\n" for place in range(5_000))

    for chunk_bytes in (4_096, 1 << 20):
        tally = Tally()
        score(model, csv, tally=tally, chunk_bytes=chunk_bytes)
        [warning] = [warning for warning in list_warnings(model, tally) if warning.code == "unseen_categories"]
        assert warning.count == 5_000


def test_a_long_unit_is_cut_in_the_answer() -> None:
    unit = "a" * 50
    column = Column([*(f"{place} {unit}" for place in range(40)), "7"])

    assert unit[:41] not in column.warnings["bare_numbers"].message


def test_what_clients_send_does_not_stay_in_memory() -> None:
    model = classifier("x,y\n" + "".join(f"{place} kg,{'uv'[place % 2]}\n" for place in range(30)))
    names = map("".join, itertools.product("abcdefgh", repeat=5))

    for name in itertools.islice(names, 6_000):
        score_rows(model, rows_from_json({"instances": [{"x": f"5 {name}"}]}), tally=Tally())

    assert unit_key.cache_info().currsize <= 4_096


def test_long_cells_are_not_compared_by_layout() -> None:
    assert list(group_by_layout(["1" * 61] * 100)) == []


def test_examples_of_a_rare_unit_are_the_cells_that_have_it() -> None:
    column = Column([*(f"{place / 2}" for place in range(40)), "12 kg"])

    assert lines_and_values(column.warnings["bare_numbers"]) == [(42, "12 kg")]


def test_a_plain_number_alone_at_the_end_beside_numbers_with_a_unit_is_counted() -> None:
    csv = "x,y\n" + "".join(f"{row}.5 kg,b\n" for row in range(200)) + "7.5,a"

    [warning] = inferred(csv).warnings

    assert (warning.code, warning.count) == ("bare_numbers", 1)
