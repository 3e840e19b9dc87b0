"""How much of a table a reader found: F1 of names, records and cells."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from tests.pollution.cases import Case


@dataclass(frozen=True)
class Found:
    """What a reader found in a file."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Scores(NamedTuple):
    """Scores between 0 and 1."""

    success: float
    """1 if the file was read at all."""
    header: float
    """F1 of the names as a multiset."""
    record: float
    """F1 of whole records as a multiset."""
    cell: float
    """F1 of the cells that are not empty, as a multiset by column."""


NOTHING: Final = Scores(0.0, 0.0, 0.0, 0.0)


def score(case: Case, found: Found | None, *, own_names: bool) -> Scores:
    """Compare what a reader found with the truth. Blanks around cells do not count; empty and missing are the same.

    Args:
        case: the file and the truth.
        found: what a reader found; None if it refused the file.
        own_names: whether the reader may give any name to a column whose name is not in the file.
    """
    if found is None:
        return NOTHING
    names = _names(case, found) if own_names else found.names
    return Scores(
        success=1.0,
        header=f1(filter(None, case.names), filter(None, (name.strip() for name in names))),
        record=f1(map(record_of, case.rows), map(record_of, found.rows)),
        cell=f1(_cells(case.rows), _cells(found.rows)),
    )


def mean(scores: Sequence[Scores]) -> Scores:
    """Return the mean of each score."""
    return Scores(*(sum(column) / len(scores) for column in zip(*scores, strict=True)))


def f1(wanted: Iterable[Hashable], found: Iterable[Hashable]) -> float:
    """Return the F1 of two multisets; 1 if both are empty."""
    left, right = Counter(wanted), Counter(found)
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 1.0


def _names(case: Case, found: Found) -> tuple[str, ...]:
    """Return the names that were found, with the expected ones where a reader gives names."""
    if len(found.names) != len(case.names):
        return found.names
    return tuple(case.names[place] if place in case.given else name for place, name in enumerate(found.names))


def _trimmed(cell: str) -> str:
    return cell.strip().replace("\r\n", "\n").replace("\r", "\n")


def record_of(row: Sequence[str]) -> tuple[str, ...]:
    """Return the trimmed cells up to the last one that is not empty."""
    cells = [_trimmed(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _cells(rows: Iterable[Sequence[str]]) -> Iterable[tuple[int, str]]:
    return ((place, cell) for row in rows for place, cell in enumerate(record_of(row)) if cell)
