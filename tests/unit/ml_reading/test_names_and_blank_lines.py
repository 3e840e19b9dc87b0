"""Headers with blank, repeated or invisible names, a `sep=` line, and blank lines between rows."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.contracts import TrainOptions
from mini_ml.errors import InvalidDataset, UnknownColumn
from mini_ml.ml.cells.rows import rows_from_json
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.scoring.list_warnings import list_warnings
from mini_ml.ml.scoring.score import score_rows
from tests.unit.ml_reading.models import classifier, inferred, score, table

ROWS = "".join(f"{place},{place % 3},{'ab'[place % 2]}\n" for place in range(20))
MODEL = classifier("x,k,y\n" + ROWS)


def warnings_of(csv: str) -> dict[str, str]:
    """Return the messages of the warnings about the file itself, by code."""
    return {warning.code: warning.message for warning in inferred(csv).warnings if warning.column is None}


def test_a_column_without_a_name_is_called_by_its_position_and_warned_of() -> None:
    csv = "x,,y,\n" + "".join(f"{place},{place % 3},{'ab'[place % 2]},{place}\n" for place in range(20))

    assert table(csv).names == ("x", "column_2", "y", "column_4")
    assert warnings_of(csv) == {
        "unnamed_columns": "2 columns have no name and are called “column_2”, “column_4”.",
    }


def test_a_delimiter_at_the_end_of_every_line_adds_no_column() -> None:
    read = table("x;k;y;\n" + "".join(f"{place};{place % 3};{'ab'[place % 2]};\n" for place in range(20)))

    assert read.names == ("x", "k", "y")
    assert read.file.trailing_delimiter
    assert not read.file.trimmed_rows


def test_the_second_column_of_a_name_gets_a_number_and_a_warning() -> None:
    csv = "x,x,x_2,y\n" + "".join(f"{place},{place % 3},{place % 5},{'ab'[place % 2]}\n" for place in range(20))

    assert table(csv).names == ("x", "x_3", "x_2", "y")
    assert warnings_of(csv)["doubled_names"].startswith("Several columns have the same name (“x”)")


def test_names_that_differ_only_in_blanks_are_the_same() -> None:
    assert table("a, a ,y\n1,2,3\n").names == ("a", "a_2", "y")


def test_a_repeated_name_cannot_be_the_target() -> None:
    with pytest.raises(UnknownColumn) as raised:
        inferred("x,y,y\n1,2,3\n4,5,6\n", "y")

    assert raised.value.issues[0].reason == "the name occurs more than once"


def test_a_file_to_score_with_a_repeated_name_is_read_by_its_first_column_with_a_warning() -> None:
    tally = Tally()

    output = score(MODEL, "x,k,k\n3,1,9\n", tally=tally)

    assert output.splitlines()[1].startswith(b"3,1,9,")
    assert {(warning.code, warning.column) for warning in list_warnings(MODEL, tally)} == {
        ("read_first_of_doubled", "k")
    }


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_the_same_in_every_unicode_form(form: str) -> None:
    model = classifier("Preço,k,y\n" + ROWS)
    name = unicodedata.normalize(form, "Preço")  # type: ignore[arg-type]  # one of the two forms

    predictions = score_rows(model, rows_from_json({"instances": [{name: 3, "k": 0}]}), tally=Tally())

    assert len(predictions.values) == 1
    assert score(model, f"{name},k\n3,0\n").splitlines()[1].startswith(b"3,0,")
    assert TrainOptions(target_column=name).target_column == "Preço"


@pytest.mark.parametrize("name", ["\ufeffx", "x\u200b", "\u00a0x ", "\u2060x"])
def test_invisible_characters_are_no_part_of_a_name(name: str) -> None:
    assert table(f"k,{name},y\n1,2,u\n").names == ("k", "x", "y")


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;", "\ufeffsep=;"])
def test_a_line_that_tells_the_delimiter_is_obeyed(line: str) -> None:
    csv = f"{line}\r\nx, in cm;k;y\r\n" + ROWS.replace(",", ";").replace("\n", "\r\n")

    assert table(csv).names == ("x, in cm", "k", "y")
    assert table(csv).line_of(0) == 3


def test_the_output_keeps_the_line_that_tells_the_delimiter() -> None:
    output = score(MODEL, "sep=;\nx;k\n3;1\n4;2\n")

    assert output.splitlines()[:2] == [b"sep=;", b"x;k;prediction"]
    assert [line.rpartition(b";")[0] for line in output.splitlines()[2:]] == [b"3;1", b"4;2"]


def test_blank_lines_between_rows_are_skipped_and_counted() -> None:
    csv = "x,k,y\n" + ROWS.replace("5,2,b\n", "5,2,b\n\n  \n\n")

    assert table(csv).rows == 20
    assert table(csv).line_of(6) == 11
    assert warnings_of(csv) == {"blank_lines": "3 blank lines were skipped."}


def test_a_blank_line_beside_a_row_that_is_too_long_is_not_reported() -> None:
    with pytest.raises(InvalidDataset) as raised:
        table("x,y\n \n1,2,3\n1,2\n")

    assert [issue.line for issue in raised.value.issues] == [3]


def test_a_blank_line_in_a_file_of_one_column_is_an_empty_cell() -> None:
    assert table("y\na\n\nb\n").rows == 3


@given(
    blanks=st.lists(st.tuples(st.integers(0, 19), st.sampled_from(["\n", "\r\n", "  \n"])), max_size=6),
    chunk_bytes=st.integers(1, 64),
)
def test_blank_lines_change_no_prediction_and_no_other_byte(blanks: list[tuple[int, str]], chunk_bytes: int) -> None:
    rows = ROWS.splitlines(keepends=True)
    lines = [row + "".join(blank for after, blank in blanks if after == place) for place, row in enumerate(rows)]
    tally = Tally()

    output = score(MODEL, "x,k,y\n" + "".join(lines), tally=tally, chunk_bytes=chunk_bytes)

    assert output == score(MODEL, "x,k,y\n" + ROWS)
    assert tally.rows == len(rows)
