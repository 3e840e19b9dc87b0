"""Read a CSV to train on: the whole file, every cell as it is spelled."""

from pathlib import Path
from typing import BinaryIO

from mini_ml.errors import Fault, InvalidDataset
from mini_ml.ml.header import read_header
from mini_ml.ml.stream import BlockStream
from mini_ml.ml.table import Table
from mini_ml.topology import Limits


def read_table(path: Path, limits: Limits) -> Table:
    """Read a CSV whole.

    Raises:
        InvalidDataset: the file is empty, no CSV, has no rows, or its header or rows are faulty; all faults by line.
        LimitExceeded: there are too many rows, columns, or characters in a cell.
    """
    with path.open("rb") as source:
        return table_of(source, limits)


def table_of(source: BinaryIO, limits: Limits) -> Table:
    """Read a CSV whole from an open file; see `read_table`."""
    header, rest = read_header(source, limits)
    stream = BlockStream(source, header, rest, limits=limits)
    blocks = tuple(stream)
    if not stream.rows:
        raise InvalidDataset(
            "The file has a header and no rows.",
            faults=[Fault(reason="no rows after the header", hint="add data rows", line=header.next_line)],
        )
    return Table(header=header, blocks=blocks, rows=stream.rows, bytes=stream.bytes_read)
