"""The digest of a row recognises it in another file, and depends on nothing but its cells."""

import csv
from collections.abc import Sequence
from io import StringIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.ml.records.digests import digest_rows
from tests.unit.ml_reading.models import table

CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
ROWS = st.lists(st.tuples(CELLS, CELLS).map(lambda cells: (*cells, "end")), min_size=1, max_size=12)


def digests_of(text: str | bytes, *, without: str = "target") -> list[str]:
    """Return the digests of all rows of a CSV."""
    read = table(text)
    return [f"{digest:016x}" for digest in digest_rows(read, np.arange(read.rows), without=without).tolist()]


def write_rows(rows: Sequence[Sequence[str]]) -> str:
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("first", "second", "third"), *rows])
    return text.getvalue()


def test_digests_are_the_same_in_all_releases() -> None:
    text = "size,city,remark,target\n1.5,São Paulo,a remark of more than twenty-four characters,yes\n2,Rio,,no\n"

    assert digests_of(text) == ["0e096cf9af9f4dfe", "9a716fff8ff351cc"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("size;city;target\n1.5;São Paulo;yes\n-2;'=Rio;no\n", id="delimiter"),
        pytest.param('"size","city","target"\n"1.5","São Paulo","yes"\n"-2","\'=Rio","no"\n', id="quotes"),
        pytest.param("size,city,target\n 1.5 ,São Paulo ,yes\n-2,'=Rio ,no\n", id="blanks"),
        pytest.param("city,target,size\nSão Paulo,yes,1.5\n'=Rio,no,-2\n", id="order of columns"),
        pytest.param("size,city,target\n1.5,São Paulo,no\n-2,'=Rio,yes\n", id="target"),
        pytest.param("size,city,empty,target\n1.5,São Paulo,,no\n-2,'=Rio,,yes\n", id="an empty column"),
        pytest.param(",size,city,target\n7,1.5,São Paulo,no\n8,-2,'=Rio,yes\n", id="names of the rows"),
        pytest.param("size,city,target\n1.5,São Paulo,yes\n-2,'=Rio,no\n".encode("cp1252"), id="encoding"),
        pytest.param("size,city,target\r\n1.5,São Paulo,yes\r\n-2,'=Rio,no\r\n", id="line ends"),
    ],
)
def test_a_row_has_the_same_digest_in_a_file_that_is_written_in_another_way(other: str | bytes) -> None:
    assert digests_of(other) == digests_of("size,city,target\n1.5,São Paulo,yes\n-2,'=Rio,no\n")


@pytest.mark.parametrize(
    "row",
    ["1.50,Rio,yes", "1.5,rio,yes", "Rio,1.5,yes", "1.5,Rio de,yes", "1.5,,yes", ",Rio,yes", "1.5Rio,,yes"],
)
def test_a_row_with_another_cell_has_another_digest(row: str) -> None:
    [one, other] = digests_of(f"size,city,target\n1.5,Rio,yes\n{row}\n")

    assert one != other


def test_long_cells_differ_at_their_end() -> None:
    [one, other, again] = digests_of(f"text,target\n{'a' * 99}b,1\n{'a' * 99}c,2\n{'a' * 99}b,3\n")

    assert one != other
    assert one == again


@pytest.mark.parametrize("size", [7, 8, 9, 16, 17, 23, 24, 25])
def test_cells_of_every_size_depend_on_their_first_and_last_character(size: int) -> None:
    cells = ["x" * size, "y" + "x" * (size - 1), "x" * (size - 1) + "y", "x" * (size + 1), "x" * (size - 1)]

    assert len(set(digests_of("text,target\n" + "".join(f"{cell},1\n" for cell in cells)))) == 5


def test_only_the_given_rows_have_digests() -> None:
    read = table("size,target\n" + "".join(f"{row},1\n" for row in range(100)))
    everything = digest_rows(read, np.arange(100), without="target")

    found = digest_rows(read, np.array([3, 50, 99]), without="target")

    assert found.tolist() == everything[[3, 50, 99]].tolist()
    assert len(np.unique(everything)) == 100
    assert digest_rows(read, np.empty(0, dtype=np.intp), without="target").tolist() == []


@given(ROWS)
def test_a_digest_does_not_depend_on_the_other_rows(rows: list[tuple[str, str, str]]) -> None:
    together = digests_of(write_rows(rows), without="")

    alone = [digests_of(write_rows([row]), without="")[0] for row in rows]

    assert together == alone


@given(ROWS)
def test_rows_have_the_same_digest_exactly_if_their_cells_are_the_same(rows: list[tuple[str, str, str]]) -> None:
    found = digests_of(write_rows(rows), without="")

    cells = [tuple(cell.strip() for cell in row) for row in rows]
    assert len(set(found)) == len(set(cells))
