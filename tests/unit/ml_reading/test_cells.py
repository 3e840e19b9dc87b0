"""The meaning of a word, and numbers that are read alone and in bulk."""

import struct
from collections.abc import Iterable
from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mini_ml.ml.cells import words
from mini_ml.ml.cells.number_format import NumberFormat
from mini_ml.ml.cells.number_text import Decimal
from mini_ml.ml.cells.numbers import numeric_columns
from mini_ml.ml.frame import Matrix
from mini_ml.ml.records.text import decode
from tests.unit.ml_reading.models import table

quick = settings(max_examples=200, deadline=None)
DECIMALS: st.SearchStrategy[Decimal] = st.sampled_from([".", ","])


@pytest.mark.parametrize("text", ["", "NA", "n/a", "NaN", "NULL", "None", "?", "-", "#N/A", "<NA>"])
def test_words_for_a_missing_number_are_recognised_in_any_case(text: str) -> None:
    assert words.is_missing(text)


@pytest.mark.parametrize("text", ["0", "no", "none of these", "--", "missing", "x" * 100])
def test_other_words_are_not_missing_numbers(text: str) -> None:
    assert not words.is_missing(text)


@pytest.mark.parametrize("text", ["", "nan", "NULL", "<NA>", "#N/A"])
def test_only_machine_words_mean_a_missing_category(text: str) -> None:
    assert words.is_missing_category(text)


@pytest.mark.parametrize("text", ["NA", "None", "-", "?", "n/a", "null and void"])
def test_words_that_people_use_as_values_are_categories(text: str) -> None:
    assert not words.is_missing_category(text)


@pytest.mark.parametrize(
    ("text", "missing"), [("", True), ("NA", True), ("n/a", True), ("#N/A", True), ("None", False), ("-", False)]
)
def test_a_missing_label_is_empty_or_not_available(text: str, missing: bool) -> None:
    assert words.is_missing_label(text) is missing


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("7", "7"),
        ("7.0", "7"),
        ("-7.50", "-7.5"),
        ("-0.0", "0"),
        ("0.10", "0.1"),
        ("007", "007"),
        ("7.0.0", "7.0.0"),
        ("v7.0", "v7.0"),
        ("True", "true"),
        ("Red", "Red"),
        ("1e3", "1000"),
        ("1e-05", "0.00001"),
        ("-0.00", "0"),
        ("1e", "1e"),
        ("1e9999", "1e9999"),
        ("²", "²"),
    ],
)
def test_a_category_has_one_spelling_for_each_plain_number(text: str, token: str) -> None:
    assert words.token(text, ".") == token


def test_a_category_with_decimal_comma_equals_its_json_number() -> None:
    assert words.token("7,50", ",") == words.token("7.5", ",") == "7.5"


@pytest.mark.parametrize("pair", words.TRUTH_PAIRS)
def test_a_pair_of_truth_words_is_one_and_zero_in_any_case(pair: tuple[str, str]) -> None:
    assert [words.boolean(word.upper()) for word in pair] == [1.0, 0.0]


@pytest.mark.parametrize(("text", "value"), [("1.0", 1.0), ("0", 0.0), ("2", None), ("maybe", None)])
def test_one_and_zero_are_truth_values_and_other_cells_are_not(text: str, value: float | None) -> None:
    assert words.boolean(text) == value


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"T", "f"}, True),
        ({"Sim", "NÃO"}, True),
        ({"V", "F"}, True),
        ({"y"}, True),
        ({"M", "F"}, False),
        ({"F", "N"}, False),
        ({"yes", "n"}, False),
        ({"true", "1"}, False),
    ],
)
def test_truth_words_belong_together_only_in_one_pair(texts: set[str], expected: bool) -> None:
    assert words.is_truth_pair(texts) is expected


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"caf\xc3\xa9", "café"),
        (b"caf\xe9", "café"),
        (b"\xe9\xc3\xa9\x80", "éé€"),
        (b"\x81", "\x81"),
        (b"\xe2\x82", "â‚"),
    ],
)
def test_each_byte_that_is_not_utf8_is_read_as_windows_1252(octets: bytes, text: str) -> None:
    assert decode(octets) == text


@quick
@given(st.lists(st.binary(max_size=6), max_size=6))
def test_an_invalid_byte_changes_no_other_cell(cells: list[bytes]) -> None:
    assert decode(b",".join(cells)) == ",".join(decode(cell) for cell in cells)


def parse_together(cells: list[str], decimal: Decimal) -> Matrix | None:
    """Parse the cells as one column, in bulk."""
    # With the second column empty, its delimiters might be trailing ones, and a cell the name of the only column.
    block = next(iter(table("a;b\n" + "".join(f"{cell};x\n" for cell in cells)).blocks))
    return numeric_columns(block, [0], decimal).get(0)


def parse_alone(cell: str, decimal: Decimal) -> float | None:
    """Parse one cell; NaN if it is missing."""
    return nan if words.is_missing(cell.strip()) else NumberFormat(decimal=decimal).value(cell.strip())


def bits_of(values: Iterable[float | None]) -> list[bytes]:
    return [b"" if value is None else struct.pack("<d", value) for value in values]


CELLS = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-1e9, 1e9).map(lambda value: f"{value:.7f}"),
    st.decimals(-(10**9), 10**9, places=9).map(str),
    st.sampled_from(["", "NA", "nan", "Null", "007", "+1", " 1", "1 ", "1e5", "-0.0", "inf", "1e999"]),
    st.sampled_from(["$5", "5%", "(5)", "5-", "<5", "1 000", "1'000", "1:30", "5 kg", "yes"]),
    st.text(st.sampled_from("0123456789.,-e+ x_é\t"), max_size=26),
)


@quick
@given(st.lists(CELLS, min_size=1, max_size=12), DECIMALS)
def test_parsing_many_cells_together_gives_the_same_numbers(cells: list[str], decimal: Decimal) -> None:
    spelled = [cell.replace(".", decimal) for cell in cells]

    together = parse_together(spelled, decimal)

    assert together is None or bits_of(together) == bits_of(parse_alone(cell, decimal) for cell in spelled)


@quick
@given(st.floats().map(repr), DECIMALS)
def test_every_double_is_parsed_in_bulk_unless_it_is_too_large(text: str, decimal: Decimal) -> None:
    expected = parse_alone(text.replace(".", decimal), decimal)

    together = parse_together(["2", text.replace(".", decimal)], decimal)

    assert bits_of([expected]) == (bits_of([None]) if together is None else bits_of(together)[1:])


@quick
@given(CELLS.filter(lambda cell: parse_alone(cell, ".") is None), DECIMALS)
def test_a_cell_that_is_not_a_number_is_parsed_separately(cell: str, decimal: Decimal) -> None:
    spelled = cell.replace(".", decimal)

    assert parse_alone(spelled, decimal) is not None or parse_together(["1", spelled], decimal) is None
