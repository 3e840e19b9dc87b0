"""Read a whole CSV to train on, with every cell as text."""

from pathlib import Path
from typing import BinaryIO, Final

from mini_ml.ml.estimates.preflight import check_table
from mini_ml.ml.records.bad_rows import BadRowPolicy
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.header import no_rows
from mini_ml.ml.records.read_header import read_header
from mini_ml.ml.records.stream import BlockStream
from mini_ml.ml.records.table import Table
from mini_ml.ml.records.unpack import open_source
from mini_ml.topology import Limits

_PARSED_BYTES: Final = 8
"""Size of a parsed cell, which takes memory in addition to the table."""


def read_table(path: Path, limits: Limits, *, bad_rows: BadRowPolicy = "skip") -> Table:
    """Read a whole CSV file; see `read_table_from`."""
    with path.open("rb") as source:
        return read_table_from(source, limits, size=path.stat().st_size, bad_rows=bad_rows)


def read_table_from(
    source: BinaryIO,
    limits: Limits,
    *,
    size: int | None = None,
    bad_rows: BadRowPolicy = "skip",
    max_rows: int | None = None,
) -> Table:
    """Read a whole CSV from an open file.

    Args:
        source: the file, at its start.
        limits: rows, columns, characters and memory allowed.
        size: size of the file in bytes, to extrapolate the memory that it will take; None if unknown.
        bad_rows: whether rows that cannot be read are left out while they are few, or the file is refused.
        max_rows: number of rows after which reading stops. The table has more rows if the file has more, since blocks
            are read as a whole. None reads the whole file.

    Raises:
        InvalidDataset: the file is empty, is not a CSV, has no rows, or its header or too many rows cannot be read; the
            issues list the lines.
        LimitExceeded: there are too many rows, columns or characters in a cell, or the table does not fit in memory.
    """
    plain = open_source(source, max_bytes=limits.upload_bytes, max_ratio=limits.gzip_ratio)
    header, rest = read_header(plain, limits)
    stream = BlockStream(plain, header, rest, limits=limits, bad_rows=bad_rows)
    blocks: list[Block] = []
    memory = 0
    for block in stream:
        blocks.append(block)
        memory += block.memory_bytes + block.starts.size * _PARSED_BYTES
        check_table(memory * max(1.0, (size or 0) / stream.bytes_read), limits)
        if max_rows is not None and stream.rows > max_rows:
            break
    if not stream.rows:
        raise no_rows(header)
    return Table(
        reading=stream.reading(),
        blocks=tuple(blocks),
        rows=stream.rows,
        bytes=stream.unpacked_bytes,
    )
