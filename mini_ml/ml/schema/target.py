"""Decide the task of the target column, and read its labels or numbers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Label
from mini_ml.errors import InvalidTarget, Issue
from mini_ml.ml.cells import words
from mini_ml.ml.cells.number_format import NumberFormat, Reading
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.records.issues import Issues, short
from mini_ml.ml.records.table import Spellings, Table
from mini_ml.ml.schema.data_warnings import cut
from mini_ml.ml.schema.examples import describe_number, shows_format
from mini_ml.ml.schema.verdict import ALMOST_ALL, find_missing_words

MAX_CLASSES: Final = 20
_MAX_CLASS_SHARE: Final = 0.1


@dataclass(frozen=True)
class ClassTarget:
    """The class of every row that has a target."""

    rows: Codes
    """Positions of these rows in the table, ascending."""
    codes: NDArray[np.int64]
    """Shape (rows,): the class of each row, as a position in `labels`."""
    labels: tuple[Label, ...]
    """The labels in their most frequent spelling, sorted; integers if all of them are plain integers."""
    missing: Mapping[str, int]
    """Cells that mean a missing label, with their number of occurrences."""
    merged: Mapping[str, int]
    """Cells that spell a label differently than `labels`, with their number of occurrences."""

    @property
    def without_target(self) -> int:
        """Return the number of rows without a target."""
        return sum(self.missing.values())


@dataclass(frozen=True)
class NumberTarget:
    """The target number of every row that has a target."""

    rows: Codes
    values: Matrix
    """Shape (rows,)."""
    missing: Mapping[str, int]
    """Cells that mean a missing number, with their number of occurrences."""
    others: Mapping[str, int]
    """Cells that were read in another form than the column's, with their number of occurrences."""
    bounds: Mapping[str, int]
    format: str | None
    """An example of how a cell is read; None if cells are plain numbers."""

    @property
    def without_target(self) -> int:
        """Return the number of rows without a target."""
        return sum(self.missing.values())


@dataclass(frozen=True)
class TargetNumbers:
    """What the cells of a target are, read as numbers; numbers of cells by trimmed text."""

    readings: Mapping[str, Reading]
    counts: Mapping[str, int]
    """Cells that do not mean a missing number."""
    form: NumberFormat

    @property
    def example(self) -> str | None:
        """Return how a cell is read, by example; None if cells are plain numbers."""
        usual = (text for text, found in self.readings.items() if found.form == "usual")
        return describe_number(max(usual, key=shows_format, default=""), self.form)

    @property
    def values(self) -> set[float]:
        """Return the different numbers."""
        return {reading.value for reading in self.readings.values()}

    @property
    def is_numeric(self) -> bool:
        """Return whether nearly all cells are numbers, or all but a few words that mean a missing number."""
        readable = sum(count for text, count in self.counts.items() if text in self.readings)
        present = sum(self.counts.values())
        rest = {text: count for text, count in self.counts.items() if text not in self.readings}
        has_words = bool(find_missing_words(rest, readable, len(self.values), present))
        return 0 < readable >= ALMOST_ALL * present or has_words

    @property
    def is_amount(self) -> bool:
        """Return whether the target certainly is a number to be predicted: it has fractions, and many values."""
        values = self.values
        return self.is_numeric and len(values) > MAX_CLASSES and not all(value.is_integer() for value in values)


def read_numbers(table: Table, target: str, form: NumberFormat) -> TargetNumbers:
    """Read the different cells of the target as numbers."""
    counts = {text: count for text, count in _trimmed(table.spellings(target)).items() if not words.is_missing(text)}
    texts = list(counts)
    found = zip(texts, *form.read_many(texts), strict=True)
    readings = {text: Reading(float(value), how) for text, value, how in found if how is not None}
    return TargetNumbers(readings, counts, form)


def is_auto_classification(numbers: TargetNumbers) -> bool:
    """Return whether `auto` treats the target as labels.

    That is: text, only 0 and 1, or at most 20 distinct integers that are also at most 10 % of the number of rows.
    """
    values, rows = numbers.values, sum(numbers.counts.values())
    if not numbers.is_numeric or values <= {0.0, 1.0}:
        return True
    integers = all(value.is_integer() for value in values)
    return integers and len(values) <= MAX_CLASSES and len(values) <= _MAX_CLASS_SHARE * rows


def classification_target(table: Table, target: str) -> ClassTarget:
    """Read the target as labels.

    Raises:
        InvalidTarget: no row has a target, or all rows have the same one.
    """
    spellings = table.spellings(target)
    counts = _trimmed(spellings)
    missing = {text: count for text, count in counts.items() if words.is_missing_label(text)}
    usual = _usual_spellings({text: count for text, count in counts.items() if text not in missing})
    used = set(usual.values())
    if not used:
        raise _build_empty_error(target)
    if len(used) == 1:
        raise InvalidTarget(
            f"All rows have the same value in the target “{short(target)}”.",
            issues=[Issue(column=short(target), reason="only one class", hint="at least two classes are needed")],
        )
    plain = all(words.is_plain_integer(text) for text in used)
    texts = sorted(used, key=int) if plain else sorted(used)
    position = {text: place for place, text in enumerate(texts)}
    lookup = np.array([position[usual[text]] if text in usual else -1 for text in map(str.strip, spellings.texts)])
    codes = lookup[spellings.codes]
    rows = np.flatnonzero(codes >= 0)
    labels: tuple[Label, ...] = tuple(int(text) for text in texts) if plain else tuple(texts)
    merged = {text: counts[text] for text, label in usual.items() if text != label}
    return ClassTarget(rows, codes[rows].astype(np.int64), labels, missing, merged)


def _usual_spellings(counts: Mapping[str, int]) -> dict[str, str]:
    """Return the most frequent spelling of the label of each cell: `1` and `1.0` are the same label."""
    usual: dict[str, str] = {}
    for text in sorted(counts, key=lambda text: (-counts[text], text)):
        usual.setdefault(words.token(text, "."), text)
    return {text: usual[words.token(text, ".")] for text in counts}


def regression_target(table: Table, target: str, numbers: TargetNumbers) -> NumberTarget:
    """Return the number of every row that has a target.

    Args:
        table: the file.
        target: the name of its column.
        numbers: what `read_numbers` found in it.

    Raises:
        InvalidTarget: no row has a target, or some cells are not finite numbers; the issues list their lines and texts.
    """
    spellings = table.spellings(target)
    trimmed = [text.strip() for text in spellings.texts]
    rest = {text: count for text, count in numbers.counts.items() if text not in numbers.readings}
    readable = sum(numbers.counts.values()) - sum(rest.values())
    own = find_missing_words(rest, readable, len(numbers.values), sum(numbers.counts.values()))
    gaps = np.array([words.is_missing(text) or text.lower() in own for text in trimmed], dtype=np.bool_)
    lookup = np.array([numbers.readings[text].value if text in numbers.readings else np.nan for text in trimmed])
    rows = np.flatnonzero(~gaps[spellings.codes])
    if not len(rows):
        raise _build_empty_error(target)
    values = lookup[spellings.codes[rows]]
    not_numbers = rows[np.isnan(values)]
    if len(not_numbers):
        raise InvalidTarget(
            f"The target “{short(target)}” is not a number in every row.",
            issues=_not_number_issues(table, target, not_numbers, spellings),
        )
    counts = _trimmed(spellings)
    return NumberTarget(
        rows=rows,
        values=values,
        missing={text: counts[text] for text, gap in zip(trimmed, gaps, strict=True) if gap},
        others={text: numbers.counts[text] for text, found in numbers.readings.items() if found.form == "other"},
        bounds={text: numbers.counts[text] for text, found in numbers.readings.items() if found.form == "bound"},
        format=numbers.example,
    )


def _trimmed(spellings: Spellings) -> Counter[str]:
    """Return the number of occurrences of each trimmed cell."""
    counts: Counter[str] = Counter()
    for text, count in zip(spellings.texts, spellings.counts(), strict=True):
        counts[text.strip()] += count
    return counts


def _build_empty_error(target: str) -> InvalidTarget:
    return InvalidTarget(
        f"The target “{short(target)}” is empty in every row.",
        issues=[Issue(column=short(target), reason="empty in every row")],
    )


def _not_number_issues(table: Table, target: str, rows: Codes, spellings: Spellings) -> tuple[Issue, ...]:
    issues = Issues()
    first = [
        Issue(
            column=short(target),
            line=table.line_of(int(row)),
            reason=f"“{cut(spellings.texts[spellings.codes[row]].strip())}” is not a number",
            hint="correct or empty the cell; if the target is text, use a classifier",
        )
        for row in rows[: issues.remaining]
    ]
    issues.count(len(rows), first)
    return issues.all()
