"""Find the line of column names among the first records of a file, and give names to columns without one."""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mini_ml.ml.records.sample import Line, Sample, is_gap, is_number, is_truth, number_columns

_COMMENT: Final = "#"
_YEARS: Final = range(1900, 2101)
_MIN_COUNTED: Final = 3
"""Number of names 0, 1, 2 … from which they are names rather than data."""
_MIN_BELOW: Final = 3
"""Number of rows that are enough to tell a second header line from a row."""
_MIN_RECURRING: Final = 10
"""Number of rows that are enough to tell categories, which recur, from names, which do not."""


@dataclass(frozen=True)
class NamesPlace:
    """Where the column names of a sample are."""

    index: int
    """Position in the sample of the header; of the first row if there are no names."""
    has_names: bool
    width: int
    """Number of columns, without those that are blank in every record."""
    has_row_names: bool = False
    """Whether the first column has a name in no line because its cells are names of rows."""
    has_second_line: bool = False
    """Whether a second line of words follows, for example of units."""


def find_names(sample: Sample) -> NamesPlace:
    """Find the header: the first one as wide as the table whose cells are mostly filled.

    There are no names if this line looks like data, as numbers above numbers do.
    """
    lines = sample.lines
    table_width = max(1, _most_frequent([line.last_filled for line in lines if line.filled]))
    for index, line in enumerate(lines):
        if _has_row_names(sample, index):
            return NamesPlace(index, True, len(line.cells) + 1, has_row_names=True)
        width = max(line.last_filled, min(len(line.cells), table_width))
        below = lines[index + 1 :]
        if width >= table_width and _is_mostly_filled(line, below, width):
            if _is_title(below, table_width):
                continue
            if _looks_like_data(line, below, width):
                return NamesPlace(index, False, width)
            return NamesPlace(index, True, width, has_second_line=_has_second_line(below, width))
    return NamesPlace(0, True, max(1, len(lines[0].cells)))


def _is_mostly_filled(line: Line, below: Sequence[Line], width: int) -> bool:
    """Return whether more than half of the cells are filled, or half of them and no better line follows."""
    if 2 * line.filled == width:
        return not _has_second_line(below, width)
    return 2 * line.filled > width


def _is_title(below: Sequence[Line], table_width: int) -> bool:
    """Return whether a line as wide as the table is a title: a narrower line follows, and then the names of numbers."""
    first = next((place for place, line in enumerate(below) if line.last_filled >= table_width), 0)
    return first > 0 and _names_columns(below[first], below[first + 1 :], table_width, least=1)


def _has_row_names(sample: Sample, index: int) -> bool:
    """Return whether every record below a line has one cell more than the line, and the line has no blank name."""
    line, below = sample.lines[index], sample.lines[index + 1 :]
    names = len(line.cells)
    if names < 2 or line.filled < names or not below or any(len(row.cells) != names + 1 for row in below):
        return False
    if not any(row.cells[-1] for row in below):
        return False  # the last delimiter separates nothing
    return not line.cells[0].startswith(_COMMENT) and not _names_columns(below[0], below[1:], names + 1, least=1)


def _looks_like_data(line: Line, below: Sequence[Line], width: int) -> bool:
    """Return whether a line is data rather than names."""
    numeric = set(number_columns(below, width))
    cells = [(place, cell) for place, cell in enumerate(line.cells[:width]) if not is_gap(cell)]
    over_numbers = [cell for place, cell in cells if place in numeric]
    if over_numbers:
        return all(map(is_number, over_numbers)) and not _name_columns_by_numbers(cells, below, width)
    return _recurs(cells, below)


def _name_columns_by_numbers(cells: Sequence[tuple[int, str]], below: Sequence[Line], width: int) -> bool:
    """Return whether the numbers of a line are names: years above other numbers, or 0, 1, 2 …"""
    numbers = [(place, cell) for place, cell in cells if is_number(cell)]
    if not _are_counting([cell for _, cell in numbers]):
        return False
    if all(map(_is_year, (cell for _, cell in numbers))):
        values = [row.cells[place] for place, _ in numbers for row in below if place < len(row.cells)]
        words = [(place, cell) for place, cell in cells if not is_number(cell)]
        is_new = len(words) > 0 and not any(_is_below(place, cell, below) for place, cell in words)
        return 2 * sum(map(_is_year, values)) < len(values) and (len(numbers) > 1 or is_new)
    return not below or not _are_counting([cell for cell in below[0].cells[:width] if is_number(cell)])


def _is_year(cell: str) -> bool:
    return len(cell) == 4 and cell.isascii() and cell.isdecimal() and int(cell) in _YEARS


def _are_counting(numbers: Sequence[str]) -> bool:
    """Return whether numbers are years in equal steps, or count from 0 or 1."""
    if not all(number.isdecimal() and number.isascii() for number in numbers):
        return False
    values = [int(number) for number in numbers]
    steps = {later - earlier for earlier, later in itertools.pairwise(values)}
    if len(steps) > 1 or steps == {0}:
        return False
    return all(map(_is_year, numbers)) or (len(values) >= _MIN_COUNTED and steps == {1} and values[0] in (0, 1))


def _is_below(place: int, cell: str, below: Sequence[Line]) -> bool:
    """Return whether a cell occurs in its column further down."""
    return any(place < len(row.cells) and row.cells[place] == cell for row in below)


def _recurs(cells: Sequence[tuple[int, str]], below: Sequence[Line]) -> bool:
    """Return whether all cells of a line are also cells of their columns further down."""
    if len(cells) < 2 or len(below) < _MIN_RECURRING:
        return False
    return all(_is_below(place, cell, below) for place, cell in cells)


def _has_second_line(below: Sequence[Line], width: int) -> bool:
    """Return whether the first of these lines has words in all columns of numbers."""
    return len(below) > _MIN_BELOW and _names_columns(below[0], below[1:], width, least=2)


def _names_columns(line: Line, below: Sequence[Line], width: int, *, least: int) -> bool:
    """Return whether a line has words above all columns of numbers, of which there are at least some."""
    numeric = number_columns(below, width, fewest=min(_MIN_BELOW, len(below)))
    above = [line.cells[place] for place in numeric if place < len(line.cells)]
    if len(above) < least or any(is_number(cell) or is_gap(cell) for cell in above):
        return False
    return not all(map(is_truth, above))


def give_names(cells: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return different names, those that were given to blank ones, and those that occur more than once.

    A blank first name stays, for a row index.
    """
    counts = Counter(filter(None, cells))
    used = set(counts)
    given: list[str] = []
    unnamed: list[str] = []
    seen: Counter[str] = Counter()
    for position, name in enumerate(cells, start=1):
        seen[name] += 1
        if name and seen[name] == 1:
            given.append(name)
        elif name:
            given.append(_free_name(name, seen[name], used))
        elif position == 1 and len(cells) > 1:
            given.append("")
        else:
            unnamed.append(_free_name("column", position, used))
            given.append(unnamed[-1])
    return tuple(given), tuple(unnamed), tuple(name for name, times in counts.items() if times > 1)


def count_names(width: int) -> tuple[str, ...]:
    """Return the names of the columns of a file that has none."""
    return tuple(f"column_{position}" for position in range(1, width + 1))


def _free_name(name: str, number: int, used: set[str]) -> str:
    """Return `name_number`, with a higher number if it is used, and mark it as used."""
    while f"{name}_{number}" in used:
        number += 1
    used.add(f"{name}_{number}")
    return f"{name}_{number}"


def _most_frequent(numbers: Sequence[int]) -> int:
    counts = Counter(numbers)
    return max(counts, key=lambda number: (counts[number], number), default=0)
