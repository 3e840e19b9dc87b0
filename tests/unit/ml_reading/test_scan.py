"""Records are found all at once or one by one with the same result, in chunks of any size."""

from io import BytesIO
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mini_ml.ml.records import mend as mend_module
from mini_ml.ml.records.bad_rows import BadRow
from mini_ml.ml.records.dialect import Dialect
from mini_ml.ml.records.header import Header
from mini_ml.ml.records.mend import mend
from mini_ml.ml.records.scan import Scan, scan
from mini_ml.ml.records.shape import Shape
from mini_ml.ml.records.stream import BlockStream
from mini_ml.ml.records.unpack import open_source
from mini_ml.topology import Limits

quick = settings(max_examples=300, deadline=None)
PIECES = [b"a", b"b", b",", b",", b'"', b'""', b"\n", b"\n", b"\r\n", b"\r", b" ", b"\xff", b"\xc3\xa9"]
CSV_BYTES = st.lists(st.sampled_from(PIECES), max_size=24).map(b"".join)
STRANGE_BYTES = st.lists(st.sampled_from([*PIECES, b"'", b"\\", b";", b"\0", b"\t"]), max_size=24).map(b"".join)
ANY_WIDTH = Shape(columns=1, trailing=100)


def cells(found: Scan) -> list[bytes]:
    return [found.cells[start:stop] for start, stop in zip(found.starts.tolist(), found.stops.tolist(), strict=True)]


def facts_of(found: Scan) -> tuple[list[bytes], list[bool], list[int], list[int], int]:
    return cells(found), found.last.tolist(), found.record_starts.tolist(), found.record_stops.tolist(), found.size


@quick
@given(CSV_BYTES, st.booleans())
def test_regular_records_are_the_same_all_at_once_and_one_by_one(records: bytes, final: bool) -> None:
    fast = scan(records, b",", final=final)

    if fast is not None and (fast.size == len(records) or not final):
        assert facts_of(fast) == facts_of(mend(records, Dialect(), ANY_WIDTH, final=final).found)


@pytest.mark.parametrize("records", [b'a"b,c\n', b'"a"b,c\n', b'a, "b"\n'])
def test_irregular_quotes_are_not_read_all_at_once(records: bytes) -> None:
    assert scan(records, b",", final=True) is None


def test_escaped_quotes_are_read_on_the_fast_path() -> None:
    records = b'"a ""b""",""""\n"","x"",\ny"\n'
    fast = scan(records, b",", final=False)

    assert fast is not None
    assert cells(fast) == [b'a "b"', b'"', b"", b'x",\ny']
    assert records[: fast.size] == records


Read = tuple[list[list[bytes]], list[int], list[BadRow], list[bytes]]


def read(csv: bytes, columns: int, chunk_bytes: int, dialect: Dialect = Dialect(), trailing: int = 0) -> Read:  # noqa: B008
    """Return rows, their lines, the bad rows, and the original bytes of the rows."""
    names = tuple(f"c{place}" for place in range(columns))
    header = Header(names, dialect, b"c0\n", 2, trailing=trailing)
    source = open_source(BytesIO(csv), max_bytes=1 << 30)
    stream = BlockStream(source, header, b"", limits=Limits(), chunk_bytes=chunk_bytes, bad_rows="keep")
    rows: list[list[bytes]] = []
    lines: list[int] = []
    texts: list[bytes] = []
    for block in stream:
        columns_of = [block.column(place) for place in range(columns)]
        rows.extend([list(row) for row in zip(*columns_of, strict=True)])
        lines.extend(block.line_of(row) for row in range(block.rows))
        texts.extend(block.record(row) for row in range(block.rows))
    return rows, lines, list(stream.reading().bad_rows), texts


@quick
@given(STRANGE_BYTES, st.integers(1, 3), st.integers(1, 9), st.integers(0, 1))
def test_chunks_change_neither_cells_nor_lines_nor_bad_rows(
    csv: bytes, columns: int, chunk_bytes: int, trailing: int
) -> None:
    in_chunks = read(csv, columns, chunk_bytes, trailing=trailing)

    assert in_chunks == read(csv, columns, 1 << 20, trailing=trailing)


@quick
@given(
    STRANGE_BYTES,
    st.sampled_from(
        [Dialect(",", "'"), Dialect(";", '"', "backslash"), Dialect("  "), Dialect(" "), Dialect(", "), Dialect("\t")]
    ),
    st.integers(1, 9),
)
def test_chunks_change_nothing_in_unusual_dialects(csv: bytes, dialect: Dialect, chunk_bytes: int) -> None:
    assert read(csv, 2, chunk_bytes, dialect) == read(csv, 2, 1 << 20, dialect)


@quick
@given(STRANGE_BYTES, st.integers(1, 3), st.integers(0, 1), st.integers(0, 20))
def test_lines_without_quotes_may_be_read_all_at_once_or_one_by_one(
    csv: bytes, columns: int, trailing: int, long_bytes: int
) -> None:
    one_by_one = read(csv, columns, 1 << 20, trailing=trailing)

    with patch.object(mend_module, "_LONG_BYTES", long_bytes):
        assert read(csv, columns, 1 << 20, trailing=trailing) == one_by_one
        assert read(csv, columns, 3, trailing=trailing) == one_by_one


@quick
@given(st.lists(STRANGE_BYTES, max_size=5), st.integers(2, 3))
def test_every_line_is_in_a_row_a_bad_row_or_blank(parts: list[bytes], columns: int) -> None:
    csv = b"\n".join(parts)

    _, lines, bad, texts = read(csv, columns, 1 << 20)

    covered = set()
    for line, text in zip(lines, texts, strict=True):
        covered |= set(range(line, line + len(text.splitlines())))
    covered |= {row.line for row in bad}
    filled = [number for number, line in enumerate(csv.splitlines(), start=2) if line.strip()]
    assert not bad or min(filled) >= 2
    assert bad or set(filled) <= covered


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
    rows, lines, _, _ = read(b"a,b\r\nc,d\re,f\ng,h", 2, 1 << 20)

    assert rows == [[b"a", b"b"], [b"c", b"d"], [b"e", b"f"], [b"g", b"h"]]
    assert lines == [2, 3, 4, 5]


def test_blank_lines_of_a_single_column_are_empty_cells_except_at_the_end() -> None:
    assert read(b"a\n\nb\n\n\n", 1, 1 << 20)[0] == [[b"a"], [b""], [b"b"]]


def test_a_delimiter_inside_quotes_does_not_end_the_cell() -> None:
    assert read(b'"a,","b\n",c\n', 3, 1 << 20)[0] == [[b"a,", b"b\n", b"c"]]


def test_all_offsets_have_the_same_integer_type() -> None:
    found = scan(b"a,b\n", b",", final=True)

    assert found is not None
    assert found.starts.dtype == found.stops.dtype == np.int64
