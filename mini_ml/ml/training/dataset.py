"""Read a whole CSV to train on, with every cell as text."""

from pathlib import Path
from typing import BinaryIO, Final

from mini_ml.errors import InvalidDataset, Issue
from mini_ml.ml.estimates.preflight import check_table
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.header import read_header
from mini_ml.ml.records.stream import BlockStream
from mini_ml.ml.records.table import Table
from mini_ml.ml.records.unpack import open_source
from mini_ml.topology import Limits

_PARSED_BYTES: Final = 8
"""Size of a parsed cell, which takes memory in addition to the table."""


def read_table(path: Path, limits: Limits) -> Table:
    """Read a whole CSV file.

    Raises:
        InvalidDataset: the file is empty, is not a CSV, has no rows, or its header or rows are invalid; the issues list
            the lines.
        LimitExceeded: there are too many rows, columns or characters in a cell, or the table does not fit in memory.
    """
    with path.open("rb") as source:
        return read_table_from(source, limits, size=path.stat().st_size)


def read_table_from(source: BinaryIO, limits: Limits, *, size: int | None = None) -> Table:
    """Read a whole CSV from an open file; see `read_table`.

    Args:
        source: the file, at its start.
        limits: rows, columns, characters and memory allowed.
        size: size of the file in bytes, to extrapolate the memory that it will take; None if unknown.
    """
    plain = open_source(source, max_bytes=limits.upload_bytes)
    header, rest = read_header(plain, limits)
    stream = BlockStream(plain, header, rest, limits=limits)
    blocks: list[Block] = []
    memory = 0
    for block in stream:
        blocks.append(block)
        memory += block.memory_bytes + block.starts.size * _PARSED_BYTES
        check_table(memory * max(1.0, (size or 0) / stream.bytes_read), limits)
    if not stream.rows:
        raise InvalidDataset(
            "The file has a header and no rows.",
            issues=[Issue(reason="no rows after the header", hint="add data rows", line=header.next_line)],
        )
    return Table(
        header=header,
        blocks=tuple(blocks),
        rows=stream.rows,
        bytes=stream.unpacked_bytes,
        blank_lines=stream.blank_lines,
    )
