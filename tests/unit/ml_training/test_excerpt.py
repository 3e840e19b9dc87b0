"""The start of a file ends with its last complete record."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.ml.training.excerpt import without_cut_record

CELLS = st.text(st.sampled_from('ab1 ,"\n\r'), max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=8)


def write(rows: list[list[str]]) -> str:
    """Write rows with every cell quoted."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return out.getvalue()


@given(rows=ROWS, lost=st.integers(0, 40))
def test_a_start_keeps_its_complete_records_wherever_it_is_cut(rows: list[list[str]], lost: int) -> None:
    written = write(rows)
    cut = written[: max(0, len(written) - lost)]

    kept = without_cut_record(cut.encode()).decode()

    complete = [write(rows[:count]) for count in range(1, len(rows) + 1) if cut.startswith(write(rows[:count]))]
    assert not complete or kept == complete[-1]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_record(line_end: str) -> None:
    start = line_end.join(["a,b", "1,2", "3,"])

    assert without_cut_record(start.encode()) == line_end.join(["a,b", "1,2", ""]).encode()


def test_a_stray_quote_costs_no_more_than_the_last_row() -> None:
    rows = b'size,x\n5",1\n' + b"7,2\n" * 20_000

    assert without_cut_record(rows + b"8,") == rows


def test_a_start_without_a_line_end_is_kept() -> None:
    assert without_cut_record(b"a,b") == b"a,b"
