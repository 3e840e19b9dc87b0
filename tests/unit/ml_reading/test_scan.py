"""numpy and the csv module find the same records and cells, in chunks of any size."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mini_ml.errors import InvalidDataset, Issue
from mini_ml.ml.records.header import Header
from mini_ml.ml.records.scan import Scan, _scan_by_csv, _scan_by_numpy
from mini_ml.ml.records.stream import BlockStream
from mini_ml.ml.records.unpack import open_source
from mini_ml.topology import Limits

quick = settings(max_examples=300, deadline=None)
CSV_BYTES = st.lists(
    st.sampled_from([b"a", b"b", b",", b",", b'"', b'""', b"\n", b"\n", b"\r\n", b"\r", b" ", b"\xff", b"\xc3\xa9"]),
    max_size=24,
).map(b"".join)


def cells(scan: Scan) -> list[bytes]:
    return [scan.cells[start:stop] for start, stop in zip(scan.starts.tolist(), scan.stops.tolist(), strict=True)]


def facts_of(scan: Scan) -> tuple[list[bytes], list[bool], list[int], list[int], int]:
    return cells(scan), scan.last.tolist(), scan.record_starts.tolist(), scan.record_stops.tolist(), scan.size


@quick
@given(CSV_BYTES, st.booleans())
def test_numpy_finds_the_same_cells_as_the_csv_module(records: bytes, final: bool) -> None:
    fast = _scan_by_numpy(records, ord(","), final=final)

    assert fast is None or facts_of(fast) == facts_of(_scan_by_csv(records, ",", final=final))


@pytest.mark.parametrize("records", [b'"a""b",c\n', b'a"b,c\n', b'"a"b,c\n', b'a,"b\n'])
def test_unusual_quotes_are_read_as_the_csv_module_does(records: bytes) -> None:
    assert _scan_by_numpy(records, ord(","), final=True) is None or b'"b' in records


def test_escaped_quotes_are_read_on_the_fast_path() -> None:
    records = b'"a ""b""",""""\n"","x"",\ny"\n'
    fast = _scan_by_numpy(records, ord(","), final=False)

    assert fast is not None
    assert cells(fast) == [b'a "b"', b'"', b"", b'x",\ny']
    assert records[: fast.size] == records


def read(csv: bytes, columns: int, chunk_bytes: int) -> tuple[list[list[bytes]], list[tuple[Issue, ...]], list[int]]:
    header = Header(tuple(f"c{place}" for place in range(columns)), ",", b"c0\n", 2)
    rows: list[list[bytes]] = []
    lines: list[int] = []
    stream = BlockStream(
        open_source(BytesIO(csv), max_bytes=1 << 30), header, b"", limits=Limits(), chunk_bytes=chunk_bytes
    )
    try:
        for block in stream:
            columns_of = [block.column(place) for place in range(columns)]
            rows.extend([list(row) for row in zip(*columns_of, strict=True)])
            lines.extend(block.line_of(row) for row in range(block.rows))
    except InvalidDataset as error:
        return [], [error.issues], []
    return rows, [], lines


@quick
@given(CSV_BYTES, st.integers(1, 2), st.integers(1, 9))
def test_chunks_change_neither_cells_nor_lines_nor_issues(csv: bytes, columns: int, chunk_bytes: int) -> None:
    assert read(csv, columns, chunk_bytes) == read(csv, columns, 1 << 20)


@quick
@given(
    st.lists(
        st.lists(st.text(st.sampled_from('a,"\n\r é'), max_size=5), min_size=2, max_size=2), min_size=1, max_size=6
    )
)
def test_quoted_cells_are_read_unchanged(rows: list[list[str]]) -> None:
    quoted = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows)

    assert read(quoted.encode(), 2, 7)[0] == [[cell.encode() for cell in row] for row in rows]


def test_line_ends_of_all_kinds_may_be_mixed() -> None:
    rows, _, lines = read(b"a,b\r\nc,d\re,f\ng,h", 2, 1 << 20)

    assert rows == [[b"a", b"b"], [b"c", b"d"], [b"e", b"f"], [b"g", b"h"]]
    assert lines == [2, 3, 4, 5]


def test_blank_lines_of_a_single_column_are_empty_cells_except_at_the_end() -> None:
    assert read(b"a\n\nb\n\n\n", 1, 1 << 20)[0] == [[b"a"], [b""], [b"b"]]


def test_a_delimiter_inside_quotes_does_not_end_the_cell() -> None:
    assert read(b'"a,","b\n",c\n', 3, 1 << 20)[0] == [[b"a,", b"b\n", b"c"]]


def test_all_offsets_have_the_same_integer_type() -> None:
    scan = _scan_by_numpy(b"a,b\n", ord(","), final=True)

    assert scan is not None
    assert scan.starts.dtype == scan.stops.dtype == np.int64
