"""Read the first rows of a CSV, or of the start of a CSV, to look at them before a training."""

import gzip
import io
import zlib
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

import numpy as np

from mini_ml.contracts import FileReport
from mini_ml.errors import InvalidDataset, Issue
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.table import Table
from mini_ml.ml.records.unpack import open_source
from mini_ml.ml.training.dataset import read_table_from
from mini_ml.topology import Limits

_GZIP: Final = b"\x1f\x8b"
_CHUNK_BYTES: Final = 1 << 16
_MAX_RECORD_BYTES: Final = 1 << 16
"""How far before the last line end a record may begin that a cut ends inside a quoted cell."""


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """The first rows of a file."""

    table: Table
    file: FileReport
    """How the file was read; `table` does not know whether it was packed."""
    complete: bool
    """Whether these are all rows of the file."""


def read_excerpt(source: BinaryIO, limits: Limits, *, is_head: bool) -> Excerpt:
    """Read at most `inspect_rows` rows from at most `inspect_bytes` bytes of an unpacked file.

    Args:
        source: the file, at its start; it can be packed with gzip.
        limits: of the excerpt, and of files.
        is_head: whether these are only the first bytes of a file; the row that they end in is left out.

    Raises:
        InvalidDataset, LimitExceeded: as for a training.
    """
    content, is_packed = _read_start(source, limits, is_head)
    is_cut = is_head or len(content) > limits.inspect_bytes
    if is_cut:
        content = without_cut_record(content[: limits.inspect_bytes])
    table = read_table_from(io.BytesIO(content), limits, max_rows=limits.inspect_rows)
    return Excerpt(
        table=_first_rows(table, limits.inspect_rows),
        file=table.file.model_copy(update={"packed": is_packed}),
        complete=not is_cut and table.rows <= limits.inspect_rows,
    )


def _read_start(source: BinaryIO, limits: Limits, is_head: bool) -> tuple[bytes, bool]:
    """Return the unpacked start of a file, one byte longer than allowed if there is more, and whether it is packed."""
    most = limits.inspect_bytes + 1
    start = source.read(len(_GZIP))
    source.seek(0)
    if start != _GZIP:
        return source.read(most), False
    unpacked = _unpack_head(source, most) if is_head else open_source(source, max_bytes=most).read(most)
    if unpacked.startswith(_GZIP):
        raise InvalidDataset(
            "The file is packed with gzip twice.",
            issues=[Issue(reason="it looks like a gzip archive inside a gzip archive", hint="unpack it once", line=1)],
        )
    return unpacked, True


def _unpack_head(source: BinaryIO, most: int) -> bytes:
    """Return the bytes that the start of a gzip file holds."""
    parts: list[bytes] = []
    size = 0
    try:
        with gzip.GzipFile(fileobj=source) as packed:
            while size < most and (part := packed.read1(min(_CHUNK_BYTES, most - size))):
                parts.append(part)
                size += len(part)
    except EOFError:
        pass  # the rest of the file was not sent
    except (zlib.error, gzip.BadGzipFile) as error:
        damage = Issue(reason="the gzip file is damaged", hint="pack the file again", line=1)
        raise InvalidDataset("The gzip file is damaged.", issues=[damage]) from error
    return b"".join(parts)


def without_cut_record(content: bytes) -> bytes:
    """Return the start of a CSV without the record that it ends in, unless that is its only one.

    The record begins after the last line end outside quotes. If that is far away, a cell has a stray quote, and the
    last line end counts.
    """
    raw = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero((raw == ord("\n")) | (raw == ord("\r")))
    if not len(ends):
        return content
    is_quoted = np.logical_xor.accumulate(raw == ord('"'))
    outside = ends[~is_quoted[ends]]
    last = ends[-1]
    if len(outside) and last - outside[-1] <= _MAX_RECORD_BYTES:
        last = outside[-1]
    return content[: int(last) + 1]


def _first_rows(table: Table, most: int) -> Table:
    """Return a table of at most `most` rows."""
    blocks: list[Block] = []
    missing = most
    for block in table.blocks:
        if missing > 0:
            blocks.append(block if block.rows <= missing else _first_records(block, missing))
        missing -= block.rows
    return replace(table, blocks=tuple(blocks), rows=min(table.rows, most))


def _first_records(block: Block, most: int) -> Block:
    return replace(
        block,
        starts=block.starts[:most],
        stops=block.stops[:most],
        record_starts=block.record_starts[:most],
        record_stops=block.record_stops[:most],
    )
