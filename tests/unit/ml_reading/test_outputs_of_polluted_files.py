"""The output of a batch has the input's rows byte for byte, and a prediction where it belongs."""

import csv
import math
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.scoring.score import RowPredictions, ScoreOptions, score_csv
from tests.unit.ml_reading.files import KEEP
from tests.unit.ml_reading.models import LIMITS, classifier, predictions, regressor, score

HEADER = "x,k,y\n"
GOOD = "".join(f"{place},{'pqr'[place % 3]},{'ab'[place % 2]}\n" for place in range(40))
MODEL = classifier(HEADER + GOOD)
THREE = classifier(HEADER + "".join(f"{place},{'pqr'[place % 3]},{'abc'[place % 3]}\n" for place in range(40)))
NUMBERS = regressor(HEADER + "".join(f"{place},{'pqr'[place % 3]},{place * 1.5}\n" for place in range(40)))
ONLY = ScoreOptions(bad_rows="keep", only_predictions=True)
BOTH = ScoreOptions(bad_rows="keep", probabilities=True)


def prediction_of(row: str) -> str:
    """Return the prediction of one regular row."""
    (only,) = predictions(MODEL, HEADER + row + "\n")
    return only


# ---------------------------------------------------------------- rows


@pytest.mark.parametrize(
    ("row", "written", "meant"),
    [
        ("7,p,a", "7,p,a,", "7,p,a"),
        ("7,p", "7,p,,", "7,p,"),
        ("7", "7,,,", "7,,"),
        ("7,p,a,", "7,p,a,", "7,p,a"),
        ("7,p,a,,,", "7,p,a,", "7,p,a"),
        ('7,p,a,""', "7,p,a,", "7,p,a"),
        ("7,p,a,  ", "7,p,a,", "7,p,a"),
        ('7,"p",a,', '7,"p",a,', "7,p,a"),
        ('7,"p",a,"",', '7,"p",a,', "7,p,a"),
        ('"7" , "p" ,a', '"7" , "p" ,a,', "7,p,a"),
        ("7;p;a", "7;p;a;", "7,p,a"),
        ('7,"p,a', '7,"p,a,', "7,p,a"),
        ("7,'p',a", "7,'p',a,", "7,'p',a"),
        ("7, p, a", "7, p, a,", "7,p,a"),
        ("0x,Paris, France,a", "0x,Paris, France,a,", '0x,"Paris, France",a'),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_is_written_with_a_cell_for_each_column_and_its_prediction(
    row: str, written: str, meant: str, end: str
) -> None:
    rows = GOOD.replace("\n", end)

    output = score(MODEL, f"x,k,y{end}{rows}{row}{end}{rows}").decode()

    assert output.split(end)[41] == written + prediction_of(meant)
    assert output.count(end) == 82


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("header", "row"), [("x,k,y,", '7,"p",a,'), ("x,k,y,,", "7,p,a,,"), ("x,k,y", "7,p,a,")])
def test_a_trailing_delimiter_gives_its_place_to_the_prediction(header: str, row: str, end: str) -> None:
    output = score(MODEL, f"{header}{end}{row}{end}{row}{end}").decode()

    shown = row.rstrip(",") + "," + prediction_of("7,p,a")
    assert output == end.join(["x,k,y,prediction", shown, shown, ""])


def test_rows_without_the_trailing_delimiter_of_the_header_get_their_prediction_in_its_place() -> None:
    assert score(MODEL, "x,k,y,\n7,p,a\n8,q,a,\n").decode().splitlines() == [
        "x,k,y,prediction",
        "7,p,a," + prediction_of("7,p,a"),
        "8,q,a," + prediction_of("8,q,a"),
    ]


# ---------------------------------------------------------------- lines above the rows


@pytest.mark.parametrize("above", ["A title\n", "\n\n", "A title,,\n# b\n\n"])
def test_lines_above_the_names_are_left_out(above: str) -> None:
    assert score(MODEL, above + HEADER + GOOD) == score(MODEL, HEADER + GOOD)


@pytest.mark.parametrize("first", ["sep=,\n", "\ufeffsep=,\r\n", "\ufeff"])
def test_a_sep_line_and_a_byte_order_mark_are_kept(first: str) -> None:
    assert score(MODEL, first + HEADER + GOOD) == first.encode() + score(MODEL, HEADER + GOOD)


def test_a_title_between_a_sep_line_and_the_names_is_left_out() -> None:
    assert score(MODEL, "sep=,\nA title\n" + HEADER + GOOD) == b"sep=,\n" + score(MODEL, HEADER + GOOD)


def test_a_second_line_of_names_is_left_out() -> None:
    rows = "".join(f"{place},{place % 3},{place % 2}\n" for place in range(20))
    model = classifier("x,k,y\ncm,kg,m\n" + rows)

    assert score(model, "x,k,y\ncm,kg,m\n" + rows) == score(model, "x,k,y\n" + rows)


def test_a_file_without_names_gets_the_given_names() -> None:
    rows = "".join(f"{place},{place % 3},{place % 2}\n" for place in range(20))

    lines = score(classifier(rows), rows).decode().splitlines()

    assert lines[0] == "column_1,column_2,column_3,prediction"
    assert [line.rpartition(",")[0] for line in lines[1:]] == rows.splitlines()


# ---------------------------------------------------------------- bad rows


BAD = HEADER + '7,p,a\n1,2,3,4\n8,q,a\n9,"p,q,r,s\n'


def test_a_bad_row_keeps_its_place_without_a_prediction() -> None:
    assert score(MODEL, BAD, KEEP).decode().splitlines() == [
        "x,k,y,prediction",
        "7,p,a," + prediction_of("7,p,a"),
        "1,2,3,4,",
        "8,q,a," + prediction_of("8,q,a"),
        '9,"p,q,r,s,',
    ]


def test_a_bad_row_has_an_empty_cell_for_each_label() -> None:
    lines = score(THREE, BAD, BOTH).decode().splitlines()

    assert lines[0] == "x,k,y,prediction,probability_a,probability_b,probability_c"
    assert [line for line in lines if line.endswith(",,,,")] == ["1,2,3,4,,,,", '9,"p,q,r,s,,,,']
    assert len(lines) == 5


def test_a_bad_row_is_an_empty_cell_among_predictions_only() -> None:
    lines = score(MODEL, BAD, ONLY).decode().splitlines()

    assert [bool(line.strip('"')) for line in lines] == [True, True, False, True, False]
    assert len(list(csv.reader(lines))) == 5


def test_a_bad_row_of_a_regression_has_no_number() -> None:
    lines = score(NUMBERS, BAD, KEEP).decode().splitlines()

    assert [line.rpartition(",")[2] == "" for line in lines] == [False, False, True, False, True]


@pytest.mark.parametrize("chunk_bytes", [1, 7, 1 << 20])
def test_predictions_of_bad_rows_are_null_in_an_answer(chunk_bytes: int) -> None:
    found: list[RowPredictions] = []

    parts = score_csv(
        MODEL,
        BytesIO(BAD.encode()),
        limits=LIMITS,
        tally=Tally(),
        options=BOTH,
        on_predictions=found.append,
        chunk_bytes=chunk_bytes,
    )

    assert len(b"".join(parts).splitlines()) == 5
    values = [value for part in found for value in part.values]
    chances = [row for part in found if part.probabilities is not None for row in part.probabilities.tolist()]
    assert values == [prediction_of("7,p,a"), None, prediction_of("8,q,a"), None]
    assert [math.isnan(row[0]) for row in chances] == [False, True, False, True]


def test_a_file_of_bad_rows_only_has_no_prediction() -> None:
    assert score(MODEL, HEADER + "1,2,3,4\n" * 3, KEEP) == b"x,k,y,prediction\n" + b"1,2,3,4,\n" * 3


def test_a_bad_row_at_the_end_without_a_line_end_gets_one() -> None:
    assert score(MODEL, HEADER + "7,p,a\n1,2,3,4", KEEP).splitlines()[-1] == b"1,2,3,4,"
    assert score(MODEL, HEADER + "7,p,a\r\n1,2,3,4", KEEP).endswith(b"\n")


# ---------------------------------------------------------------- all of them together


PIECES = [
    "7,p,a",
    "8,q",
    "9",
    "1,r,b,",
    "2,p,a,,,",
    '3,"p",b',
    '4,"p, q",a',
    '5,"p\nq",b',
    "6;p;a",
    '7,"q,a',
    "1,p, q,b",
]
BAD_PIECES = ["1,2,3,4", '9,"p,q,r']
LINES = st.lists(st.sampled_from([*PIECES, *BAD_PIECES, ""]), min_size=1, max_size=12)
ABOVE = st.sampled_from(["", "A title\n", "# one,two\n\n", "A title,,\n"])


@settings(max_examples=200, deadline=None)
@given(above=ABOVE, lines=LINES, chunk_bytes=st.integers(1, 64), trailing=st.booleans())
def test_chunks_change_no_byte_of_the_output(above: str, lines: list[str], chunk_bytes: int, trailing: bool) -> None:
    text = above + f"x,k,y{',' * trailing}\n" + "7,p,a\n" + "".join(f"{line}\n" for line in lines)

    assert score(MODEL, text, KEEP, chunk_bytes=chunk_bytes) == score(MODEL, text, KEEP)


@settings(max_examples=200, deadline=None)
@given(
    above=ABOVE, lines=st.lists(st.sampled_from(PIECES), min_size=1, max_size=12), end=st.sampled_from(["\n", "\r\n"])
)
def test_the_output_is_a_table_with_the_same_rows_and_predictions(above: str, lines: list[str], end: str) -> None:
    text = above + "x,k,y\n7,p,a\n" + "".join(f"{line}\n" for line in lines)

    output = score(MODEL, text.replace("\n", end))

    assert predictions(MODEL, output) == predictions(MODEL, text)
    assert len(predictions(MODEL, output)) == len(lines) + 1
    assert score(MODEL, output).startswith(output.partition(end.encode())[0] + b",prediction_2")


@settings(max_examples=200, deadline=None)
@given(above=ABOVE, lines=LINES)
def test_only_predictions_has_a_line_for_each_row(above: str, lines: list[str]) -> None:
    text = above + HEADER + "7,p,a\n" + "".join(f"{line}\n" for line in lines)

    only = score(MODEL, text, ONLY).decode().splitlines()

    assert len(only) == 2 + sum(line != "" for line in lines)
    bad = [line in BAD_PIECES for line in lines if line]
    assert [not line.strip('"') for line in only[2:]] == bad
