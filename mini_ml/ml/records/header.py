"""Read the header of a CSV: the delimiter, the column names, and the line of the first row."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from mini_ml.errors import InvalidDataset, Issue, LimitExceeded
from mini_ml.ml.records.issues import MOST_LISTED, Issues, short
from mini_ml.ml.records.sniff import HEAD_BYTES, looks_like
from mini_ml.ml.records.text import BOM, decode
from mini_ml.topology import MIB, Limits

DELIMITERS: Final = (",", ";", "\t", "|")
_HEADER_BYTES: Final = 4 * MIB
_QUOTED: Final = re.compile(rb'"[^"]*"')


@dataclass(frozen=True)
class Header:
    """The first record of a CSV, and the delimiter of the file."""

    names: tuple[str, ...]
    """Trimmed column names; only the first may be blank, for a row index."""
    delimiter: str
    raw: bytes
    """The original bytes of the record, with byte order mark and line end."""
    next_line: int
    """Line number of the first row, counted from 1 as editors do."""


def read_header(source: BinaryIO, limits: Limits) -> tuple[Header, bytes]:
    """Read and check the header; return it with the bytes that were read after it.

    Raises:
        InvalidDataset: the file is empty or not a CSV, or column names are blank or duplicate.
        LimitExceeded: there are too many columns, or the header is too long.
    """
    head = source.read(HEAD_BYTES)
    _reject_other_formats(head)
    delimiter = _find_delimiter(head.removeprefix(BOM))
    while True:
        found = _first_record(head, delimiter)
        more = source.read(len(head)) if found is None or found[1] == len(head) else b""
        if more and len(head) <= _HEADER_BYTES:
            head += more
            continue
        if found is None:
            raise LimitExceeded(
                "The header is too long.", issues=[Issue(reason="a quote in the header is never closed", line=1)]
            )
        names, size, lines = found
        check_names(names, limits)
        return Header(names, delimiter, head[:size], 1 + lines), head[size:]


def check_names(names: Sequence[str], limits: Limits) -> None:
    """Check the column names.

    Raises:
        LimitExceeded: there are too many columns.
        InvalidDataset: names are blank, except the first, or duplicate.
    """
    if len(names) > limits.columns:
        raise LimitExceeded(
            f"The file has {len(names)} columns; the limit is {limits.columns}.",
            issues=[
                Issue(limit="columns", reason=f"{len(names)} columns; at most {limits.columns} are allowed", line=1)
            ],
        )
    issues = Issues()
    for position, name in enumerate(names[1:], start=2):
        if not name:
            issues.add(Issue(reason=f"column {position} has no name", hint="name every column", line=1))
    for name, times in Counter(filter(None, names)).items():
        if times > 1:
            issues.add(
                Issue(
                    column=short(name), reason=f"the name occurs {times} times", hint="make column names unique", line=1
                )
            )
    if issues.total:
        raise InvalidDataset("The header has blank or duplicate column names.", issues=issues.all())


def _reject_other_formats(head: bytes) -> None:
    """Raise InvalidDataset if the file is empty, its first line is blank, or its content is not CSV."""
    if not head.removeprefix(BOM).strip():
        raise InvalidDataset(
            "The file is empty.", issues=[Issue(reason="the file is empty", hint="send a CSV", line=1)]
        )
    other = looks_like(head)
    if other is not None:
        kind, hint = other
        raise InvalidDataset(
            f"The file is not a CSV: it looks like {kind}.",
            issues=[Issue(reason=f"it looks like {kind}", hint=hint, line=1)],
        )
    if b"\0" in head.splitlines()[0]:
        raise InvalidDataset("The file contains a NUL byte.", issues=[Issue(reason="NUL byte in the header", line=1)])
    if not head.removeprefix(BOM).splitlines()[0].strip():
        raise InvalidDataset(
            "The header line is blank.",
            issues=[Issue(reason="the first line is blank", hint="start with a header", line=1)],
        )


def _find_delimiter(body: bytes) -> str:
    """Return the delimiter that occurs most often in the first line outside quotes; a comma if none occurs."""
    line = _QUOTED.sub(b"", body.splitlines()[0])
    counts = [line.count(delimiter.encode()) for delimiter in DELIMITERS]
    return DELIMITERS[counts.index(max(counts))]


def _first_record(head: bytes, delimiter: str) -> tuple[tuple[str, ...], int, int] | None:
    """Return the names, size in bytes and number of lines of the first record; None if a quote is still open."""
    body = head.removeprefix(BOM)
    lines = body.splitlines(keepends=True)
    taken: list[bytes] = []

    def feed() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line.decode("latin-1")

    row = next(csv.reader(feed(), delimiter=delimiter))
    record = b"".join(taken)
    open_quote = len(taken) == len(lines) and record.count(b'"') % 2 == 1
    if open_quote:
        return None
    names = tuple(decode(cell.encode("latin-1")).strip() for cell in row)
    return names, len(head) - len(body) + len(record), len(taken)


__all__ = ["DELIMITERS", "MOST_LISTED", "Header", "check_names", "read_header"]
