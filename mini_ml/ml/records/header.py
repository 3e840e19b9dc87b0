"""Read the header of a CSV: the delimiter, the column names, and the line of the first row."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mini_ml.column_names import clean_name
from mini_ml.errors import InvalidDataset, Issue, LimitExceeded
from mini_ml.ml.records.issues import MOST_LISTED
from mini_ml.ml.records.sniff import HEAD_BYTES, looks_like
from mini_ml.ml.records.text import BOM, decode
from mini_ml.ml.records.unpack import Source
from mini_ml.topology import MIB, Limits

DELIMITERS: Final = (",", ";", "\t", "|")
_HEADER_BYTES: Final = 4 * MIB
_SEPARATOR_LINE: Final = re.compile(rb'(?:\xef\xbb\xbf)?"?sep=([\x21-\x7e\t])"?(?:\r\n|\r|\n)', re.IGNORECASE)
"""A first line that tells Excel the delimiter."""
_QUOTED: Final = re.compile(rb'"[^"]*"')


@dataclass(frozen=True)
class Header:
    """The names of a CSV's columns, and the delimiter of the file."""

    names: tuple[str, ...]
    """Different, cleaned column names; only the first may be blank, for a row index."""
    delimiter: str
    raw: bytes
    """The original bytes of the record and of a `sep=` line above it, with byte order mark and line end."""
    next_line: int
    """Line number of the first row, counted from 1 as editors do."""
    unnamed: tuple[str, ...] = ()
    """Names that were given to columns without one."""
    doubled: tuple[str, ...] = ()
    """Names that occur more than once; the second column of a name `x` is called `x_2`."""


def read_header(source: Source, limits: Limits) -> tuple[Header, bytes]:
    """Read the header; return it with the bytes that were read after it.

    Raises:
        InvalidDataset: the file is empty or not a CSV.
        LimitExceeded: there are too many columns, or the header is too long.
    """
    head = source.read(HEAD_BYTES)
    _reject_other_formats(head)
    separator = _SEPARATOR_LINE.match(head)
    start = 0 if separator is None else separator.end()
    delimiter = _find_delimiter(head.removeprefix(BOM)) if separator is None else separator[1].decode()
    while True:
        found = _first_record(head[start:], delimiter)
        more = source.read(len(head)) if found is None or found[1] == len(head) - start else b""
        if more and len(head) <= _HEADER_BYTES:
            head += more
            continue
        if found is None:
            raise LimitExceeded(
                "The header is too long.", issues=[Issue(reason="a quote in the header is never closed", line=1)]
            )
        names, size, lines = found
        _check_number(names, limits)
        given, unnamed, doubled = _give_names(names)
        end, first = start + size, 1 + lines + (separator is not None)
        return Header(given, delimiter, head[:end], first, unnamed, doubled), head[end:]


def _check_number(names: Sequence[str], limits: Limits) -> None:
    """Raise LimitExceeded if there are too many columns."""
    if len(names) > limits.columns:
        raise LimitExceeded(
            f"The file has {len(names)} columns; the limit is {limits.columns}.",
            issues=[
                Issue(limit="columns", reason=f"{len(names)} columns; at most {limits.columns} are allowed", line=1)
            ],
        )


def _give_names(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return different names, those that were given to blank ones, and those that occur more than once.

    A blank first name stays, for a row index.
    """
    counts = Counter(filter(None, names))
    used = set(counts)
    given: list[str] = []
    unnamed: list[str] = []
    seen: Counter[str] = Counter()
    for position, name in enumerate(names, start=1):
        seen[name] += 1
        if name and seen[name] == 1:
            given.append(name)
        elif name:
            given.append(_free_name(name, seen[name], used))
        elif position == 1:
            given.append("")
        else:
            unnamed.append(_free_name("column", position, used))
            given.append(unnamed[-1])
    return tuple(given), tuple(unnamed), tuple(name for name, times in counts.items() if times > 1)


def _free_name(name: str, number: int, used: set[str]) -> str:
    """Return `name_number`, with a higher number if it is used, and mark it as used."""
    while f"{name}_{number}" in used:
        number += 1
    used.add(f"{name}_{number}")
    return f"{name}_{number}"


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
    names = tuple(clean_name(decode(cell.encode("latin-1"))) for cell in row)
    return names, len(head) - len(body) + len(record), len(taken)


__all__ = ["DELIMITERS", "MOST_LISTED", "Header", "read_header"]
