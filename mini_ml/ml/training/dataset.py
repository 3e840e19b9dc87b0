"""Read a CSV to train on: the whole file, every cell as it is spelled."""

from pathlib import Path
from typing import BinaryIO, Final

from mini_ml.errors import InvalidDataset, Issue
from mini_ml.ml.estimates.preflight import check_table
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.header import read_header
from mini_ml.ml.records.stream import BlockStream
from mini_ml.ml.records.table import Table
from mini_ml.topology import Limits

_PARSED_BYTES: Final = 8
"""Of each cell once it is parsed, which takes memory beside the table."""


def read_table(path: Path, limits: Limits) -> Table:
    """Read a CSV whole.

    Raises:
        InvalidDataset: the file is empty, no CSV, has no rows, or its header or rows are faulty; all issues by line.
        LimitExceeded: there are too many rows, columns, characters in a cell, or too much of it for the memory.
    """
    with path.open("rb") as source:
        return table_of(source, limits, size=path.stat().st_size)


def table_of(source: BinaryIO, limits: Limits, *, size: int | None = None) -> Table:
    """Read a CSV whole from an open file, of `size` bytes where that is known; see `read_table`."""
    header, rest = read_header(source, limits)
    stream = BlockStream(source, header, rest, limits=limits)
    blocks: list[Block] = []
    taken = 0
    for block in stream:
        blocks.append(block)
        taken += block.memory_bytes + block.starts.size * _PARSED_BYTES
        check_table(taken * max(1.0, (size or 0) / stream.bytes_read), limits)
    if not stream.rows:
        raise InvalidDataset(
            "The file has a header and no rows.",
            issues=[Issue(reason="no rows after the header", hint="add data rows", line=header.next_line)],
        )
    return Table(header=header, blocks=tuple(blocks), rows=stream.rows, bytes=stream.bytes_read)
