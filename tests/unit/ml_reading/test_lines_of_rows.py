"""The lines of many rows are found at once, and are those that are found one by one."""

from io import BytesIO

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.errors import InvalidDataset
from mini_ml.ml.records.table import Table
from mini_ml.ml.training.dataset import read_table_from
from mini_ml.topology import Limits

CELLS = st.sampled_from(["1", "x", "", '"a\nb"', '"a\r\nb"', '"a\rb"', '"a,b"', "ü", '"q""q"'])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=30)


def read(text: str) -> Table | None:
    try:
        return read_table_from(BytesIO(text.encode()), Limits())
    except InvalidDataset:
        return None


@given(rows=ROWS, end=ENDS, blank=st.integers(0, 3))
def test_the_lines_of_rows_are_those_of_each_row(rows: list[list[str]], end: str, blank: int) -> None:
    lines = ["first,second,third", *[""] * blank, *(",".join(cells) for cells in rows)]
    table = read(end.join(lines) + end)

    if table is not None:
        every = list(range(table.rows))
        for chosen in (every, every[::3], []):
            found = table.lines_of(np.array(chosen, dtype=np.intp))
            assert found.tolist() == [table.line_of(row) for row in chosen]
