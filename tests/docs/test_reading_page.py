"""docs/reading.md agrees with the code that reads files: every example on the page is read as the page says."""

import csv
import io
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from mini_ml.contracts import ColumnReport
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.cells.words import MISSING_CATEGORIES, MISSING_LABELS, MISSING_WORDS, TRUTH_PAIRS
from mini_ml.ml.encoding.encoders import FEW_WORDS, MOST_CATEGORIES, MOST_WORDS, ROWS_PER_WORD
from mini_ml.ml.encoding.target_means import FEW_CATEGORIES
from mini_ml.ml.records.dialect import DELIMITERS
from mini_ml.ml.records.issues import MOST_LISTED
from mini_ml.ml.records.table import Table
from mini_ml.ml.records.text import cell_text
from mini_ml.ml.schema.data_warnings import SENTENCES
from mini_ml.ml.schema.file_warnings import warn_of_training_file
from mini_ml.ml.schema.infer import Inferred, infer
from mini_ml.ml.schema.verdict import ALMOST_ALL
from mini_ml.ml.training import time_order
from mini_ml.ml.training.dataset import read_table_from
from mini_ml.topology import Limits
from tests.docs.pages import page
from tests.unit.ml_reading.models import classifier, score

PAGE = page("docs/reading.md")
ROWS = 60
GAP = "(missing)"

NUMBERS = [row for row in PAGE.rows("Numbers") if len(row) == 3 and row[1].startswith("`")]
NO_NUMBERS = [row for row in PAGE.rows("Numbers") if len(row) == 3 and not row[1].startswith("`")]
MARKS = [row for row in PAGE.rows("Numbers") if len(row) == 5]
DATES = [row for row in PAGE.rows("Dates") if len(row) == 3]
NO_DATES = [row for row in PAGE.rows("Dates") if len(row) == 2]
CODES = re.compile(r"`([^`]+)`")


def cells_of(text: str) -> list[str]:
    """Return the cells that a table of the page shows: in backticks, `(empty)`, `(missing)`, or counted `C1, C2 …`."""
    if text.endswith("…"):
        start = re.match(r"[A-Z]*", text)
        return [f"{start[0] if start else ''}{number}" for number in range(1, ROWS + 1)]
    return [
        code or ("" if word == "empty" else GAP) for code, word in re.findall(r"`([^`]+)`|\((empty|missing)\)", text)
    ]


def code_of(text: str) -> list[str]:
    """Return the code of the warning that a row of the page names."""
    return CODES.findall(text)


def build_table(cells: Sequence[str], *, name: str = "x", delimiter: str = ",", beside: Sequence[str] = ()) -> Table:
    """Return a table in which the cells of a column, and of one beside it, are repeated."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow([name, *(["beside"] if beside else []), "size", "y"])
    for row in range(ROWS - ROWS % len(cells)):
        other = [beside[row % len(beside)]] if beside else []
        writer.writerow([cells[row % len(cells)], *other, row % 7, "ab"[row % 2]])
    return read_table_from(io.BytesIO(text.getvalue().encode()), Limits())


def report_of(inferred: Inferred, name: str = "x") -> ColumnReport:
    """Return what was decided about a column."""
    return next(column for column in inferred.columns if column.name == name)


def warnings_of(inferred: Inferred, name: str = "x") -> list[str]:
    """Return the codes of the warnings about a column."""
    return [warning.code for warning in inferred.warnings if warning.column == name]


def read(reader: Reader, cell: str) -> str:
    """Return how the model of a reader reads a cell of column `x`, as the page writes it."""
    [feature] = [feature for feature in reader.features if feature.name == "x"]
    value = feature.read(cell).value
    if math.isnan(value):
        return GAP
    if feature.kind == "datetime":
        return datetime.fromtimestamp(value, UTC).isoformat()[:-6].removesuffix("T00:00:00")
    return f"{value:.12g}"


def read_lines(lines: str, repeated: int = 2) -> Table:
    """Return the table of a file of which the page shows the lines; the last ones are repeated as its rows."""
    shown = [line or "" for line, _ in re.findall(r"`([^`]+)`|\((line)\)", lines)]
    head, rows = shown[:-repeated], shown[-repeated:]
    return read_table_from(io.BytesIO("\n".join([*head, *rows * (ROWS // repeated)]).encode()), Limits())


def row_of(table: Table, row: int) -> list[str]:
    """Return the cells of a row."""
    block = table.blocks[0 if row >= 0 else -1]
    return [cell_text(block.column(place)[row]).strip() for place in range(len(table.names))]


def file_warnings_of(table: Table) -> list[str]:
    """Return the codes of the warnings about the file itself."""
    return [warning.code for warning in warn_of_training_file(table.reading)]


@pytest.mark.parametrize(("lines", "cells", "warning"), PAGE.rows("Delimiter and quotes"))
def test_every_example_of_a_dialect_is_read_as_the_page_says(lines: str, cells: str, warning: str) -> None:
    table = read_lines(lines)

    assert table.names == ("x", "k", "y")
    assert row_of(table, 0) == cells_of(cells)
    assert file_warnings_of(table) == code_of(warning)


@pytest.mark.parametrize(("lines", "names", "cells", "warning"), PAGE.rows("Names"))
def test_every_example_of_names_is_read_as_the_page_says(lines: str, names: str, cells: str, warning: str) -> None:
    table = read_lines(lines)

    assert list(table.names) == cells_of(names)
    assert row_of(table, 0) == cells_of(cells)
    assert file_warnings_of(table) == code_of(warning)


@pytest.mark.parametrize(("row", "cells", "warning"), PAGE.rows("Rows"))
def test_every_example_of_a_row_is_read_as_the_page_says(row: str, cells: str, warning: str) -> None:
    others = [f"{place},{'ab'[place % 2]},{'uv'[place % 3 % 2]}" for place in range(300)]
    table = read_table_from(io.BytesIO("\n".join(["x,k,y", *others, *code_of(row)]).encode()), Limits())

    assert table.rows == 300 + (cells != "(left out)")
    assert cells == "(left out)" or row_of(table, -1) == cells_of(cells)
    assert file_warnings_of(table) == code_of(warning)


@pytest.mark.parametrize(("lines", "output"), PAGE.rows("Output"))
def test_every_example_of_an_output_is_written_as_the_page_says(lines: str, output: str) -> None:
    rows = "".join(f"{place},a,{'u' if place < 10 else 'v'}\n" for place in range(20))
    model = classifier(f"x,k,y\n{rows}{rows.replace(',a,', ',b,')}")

    assert score(model, "\n".join(code_of(lines))).decode().splitlines() == code_of(output)


@pytest.mark.parametrize(("cells", "values", "warning"), NUMBERS)
def test_every_example_of_numbers_is_read_as_the_page_says(cells: str, values: str, warning: str) -> None:
    inferred = infer(build_table(cells_of(cells)), target="y")

    assert report_of(inferred).kind == "numeric"
    assert [read(inferred.reader, cell) for cell in cells_of(cells)] == cells_of(values)
    assert warnings_of(inferred) == code_of(warning)


@pytest.mark.parametrize(("cells", "why", "warning"), NO_NUMBERS)
def test_every_example_that_only_looks_like_numbers_is_none(cells: str, why: str, warning: str) -> None:
    inferred = infer(build_table(cells_of(cells)), target="y")

    assert report_of(inferred).kind in ("categorical", "text")
    assert warnings_of(inferred) == code_of(warning)


@pytest.mark.parametrize(("delimiter", "cells", "beside", "values", "warning"), MARKS)
def test_every_example_of_an_ambiguous_mark_is_read_as_the_page_says(
    delimiter: str, cells: str, beside: str, values: str, warning: str
) -> None:
    table = build_table(cells_of(cells), delimiter=delimiter.strip("`"), beside=cells_of(beside))

    inferred = infer(table, target="y")

    assert [read(inferred.reader, cell) for cell in cells_of(cells)] == cells_of(values)
    assert warnings_of(inferred) == code_of(warning)


@pytest.mark.parametrize(("cells", "kind", "values"), PAGE.rows("Truth values"))
def test_every_example_of_truth_values_is_read_as_the_page_says(cells: str, kind: str, values: str) -> None:
    inferred = infer(build_table(cells_of(cells)), target="y")

    assert report_of(inferred).kind == kind
    assert not values or [read(inferred.reader, cell) for cell in cells_of(cells)] == cells_of(values)
    assert warnings_of(inferred) == []


@pytest.mark.parametrize(("cells", "values", "warning"), DATES)
def test_every_example_of_dates_is_read_as_the_page_says(cells: str, values: str, warning: str) -> None:
    inferred = infer(build_table(cells_of(cells)), target="y")

    assert report_of(inferred).kind == "datetime"
    assert [read(inferred.reader, cell) for cell in cells_of(cells)] == cells_of(values)
    assert warnings_of(inferred) == code_of(warning)


@pytest.mark.parametrize(("cells", "kind"), NO_DATES)
def test_every_example_that_only_looks_like_dates_is_none(cells: str, kind: str) -> None:
    assert report_of(infer(build_table(cells_of(cells)), target="y")).kind == kind


@pytest.mark.parametrize(("name", "cells", "why", "warning"), PAGE.rows("Left out"))
def test_every_example_of_left_out_columns_has_the_reason_of_the_page(
    name: str, cells: str, why: str, warning: str
) -> None:
    inferred = infer(build_table(cells_of(cells), name=name.strip("`")), target="y")

    assert report_of(inferred, name.strip("`")).left_out == (why or None)
    assert warnings_of(inferred, name.strip("`")) == code_of(warning)


@pytest.mark.parametrize(("trained", "cell", "value", "warning"), PAGE.rows("Scoring"))
def test_every_example_of_scoring_is_read_as_the_page_says(trained: str, cell: str, value: str, warning: str) -> None:
    reader = infer(build_table(cells_of(trained)), target="y").reader
    [scored] = cells_of(cell)

    frame = reader.parse(build_table([scored]))

    assert [read(reader, scored)] == cells_of(value)
    assert [code for column, code, _ in frame.notices if column == "x"] == code_of(warning)


@pytest.mark.parametrize("words", [["s/d"], ["n.d.", "."], ["s/d", "-", "?"]])
def test_words_for_missing_values_are_found_by_evidence(words: list[str]) -> None:
    inferred = infer(build_table([*map(str, range(20, 50)), *words * 3]), target="y")

    assert report_of(inferred).kind == "numeric"
    assert warnings_of(inferred) == ["missing_words"]


def quoted_after(text: str) -> set[str]:
    """Return the words in backticks on the line that begins with `text`."""
    line = next(line for line in PAGE.text.splitlines() if line.strip().startswith(text))
    return set(CODES.findall(line))


def test_the_missing_words_are_all_listed() -> None:
    assert quoted_after("(empty) `-`") == MISSING_WORDS - {""}
    assert quoted_after("(no category)") == MISSING_CATEGORIES - {""}
    assert quoted_after("(no label)") == MISSING_LABELS - {""}


def test_the_truth_words_are_all_listed() -> None:
    said = CODES.findall(PAGE.section("Truth values"))

    assert {pair for pair in said if pair.count(" ") == 1} == {" ".join(pair) for pair in TRUTH_PAIRS}


@pytest.mark.parametrize("delimiter", [mark for mark in DELIMITERS if mark != "\t"])
def test_the_delimiters_are_listed(delimiter: str) -> None:
    assert f"`{delimiter}`" in PAGE.text


def test_every_warning_that_the_page_names_exists() -> None:
    named = {code for row in PAGE.rows() for code in CODES.findall(row[-1]) if "_" in code}

    assert named
    assert named <= SENTENCES.keys()


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"At least {ALMOST_ALL:.0%}".replace("%", " %") in PAGE.text
    assert f"the {MOST_CATEGORIES} commonest" in PAGE.text
    assert f"the {MOST_WORDS} commonest words" in PAGE.text
    assert f"one word for {ROWS_PER_WORD} rows, but always up to {FEW_WORDS}" in " ".join(PAGE.text.split())
    assert f"more than {FEW_CATEGORIES} categories" in PAGE.text
    assert f"the first {MOST_LISTED} by line" in PAGE.text
    assert f"wider than {Limits().encoded_width:,} columns" in PAGE.text


def test_the_conditions_of_a_proposed_time_column_are_those_of_the_code() -> None:
    said = " ".join(PAGE.section("Rows that are held out").split())

    assert f"at least {time_order.MIN_ROWS} rows and {time_order.MIN_DATES} dates" in said
    assert f"at least {time_order.MIN_SHARE:.0%}".replace("%", " %") in said
    assert f"more than {time_order.MIN_SCORE} standard deviations" in said
    assert f"At least {time_order.MIN_ORDERED:.0%}".replace("%", " %") in said


def test_every_warning_about_held_out_rows_exists() -> None:
    named = {code for code in CODES.findall(PAGE.section("Rows that are held out")) if "_" in code}

    assert named - SENTENCES.keys() == {"time_column", "group_column", "columns_to_drop"}
