"""Find the target column, decide its task, and read its labels or numbers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Label
from mini_ml.errors import InvalidTarget, Issue, UnknownColumn
from mini_ml.ml.cells import words
from mini_ml.ml.cells.words import Decimal
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.records.issues import Issues, short
from mini_ml.ml.records.table import Spellings, Table
from mini_ml.suggest import suggest

_MAX_CLASSES = 20
_MAX_CLASS_SHARE = 0.1
_ALMOST_ALL = 0.99


@dataclass(frozen=True)
class ClassTarget:
    """The class of every row that has a target."""

    rows: Codes
    """Positions of these rows in the table, ascending."""
    codes: NDArray[np.int64]
    """Shape (rows,): the class of each row, as a position in `labels`."""
    labels: tuple[Label, ...]
    """The labels as spelled in the file, sorted; integers if all of them are plain integers."""
    without_target: int


@dataclass(frozen=True)
class NumberTarget:
    """The target number of every row that has a target."""

    rows: Codes
    values: Matrix
    """Shape (rows,)."""
    without_target: int


def target_column(table: Table, name: str | None, *, dropped: Sequence[str] = ()) -> str:
    """Return the name of the target column: the given one, or the last column if none is given.

    Raises:
        UnknownColumn: no column has this name; the issues suggest the nearest name, and also list unknown columns
            among `dropped`.
    """
    if name is None:
        return table.names[-1]
    if name not in table.names:
        issues = Issues()
        issues.add(missing_column_issue(name, table.names, "target_column"))
        for other in dropped:
            if other not in table.names:
                issues.add(missing_column_issue(other, table.names, "columns_to_drop"))
        raise UnknownColumn(f"The target column “{short(name)}” does not exist.", issues=issues.all())
    return name


def missing_column_issue(name: str, names: Sequence[str], parameter: str | None = None) -> Issue:
    """Return the issue of a column that does not exist, with the nearest existing name as a hint."""
    near = suggest(name, names)
    hint = f"did you mean “{short(near[0])}”?" if near else None
    return Issue(column=short(name), parameter=parameter, reason="no such column", hint=hint)


def is_auto_classification(table: Table, target: str, decimal: Decimal) -> bool:
    """Return whether `auto` treats the target as labels.

    That is: text, booleans, or at most 20 distinct integers that are also at most 10 % of the number of rows.
    """
    counts = _counts(table.spellings(target))
    counts.pop("", None)
    rows = sum(counts.values())
    values = {text: words.number(text.strip(), decimal) for text in counts}
    numbers = {value for value in values.values() if value is not None}
    if numbers <= {0.0, 1.0}:
        return True
    integers = all(value.is_integer() for value in numbers)
    if integers and len(numbers) <= _MAX_CLASSES and len(numbers) <= _MAX_CLASS_SHARE * rows:
        return True
    numeric_rows = sum(count for text, count in counts.items() if values[text] is not None)
    return numeric_rows < _ALMOST_ALL * rows


def classification_target(table: Table, target: str) -> ClassTarget:
    """Read the target as labels.

    Raises:
        InvalidTarget: no row has a target, or all rows have the same one.
    """
    spellings = table.spellings(target)
    rows = _rows_with_target(table, target, spellings)
    used = [spellings.texts[code] for code in np.unique(spellings.codes[rows])]
    if len(used) == 1:
        raise InvalidTarget(
            f"All rows have the same value in the target “{short(target)}”.",
            issues=[Issue(column=short(target), reason="only one class", hint="at least two classes are needed")],
        )
    plain = all(words.is_plain_integer(text) for text in used)
    texts = sorted(used, key=int) if plain else sorted(used)
    position = {text: place for place, text in enumerate(texts)}
    lookup = np.array([position.get(text, -1) for text in spellings.texts], dtype=np.int64)
    labels: tuple[Label, ...] = tuple(int(text) for text in texts) if plain else tuple(texts)
    return ClassTarget(rows, lookup[spellings.codes[rows]], labels, table.rows - len(rows))


def regression_target(table: Table, target: str, decimal: Decimal) -> NumberTarget:
    """Read the target as numbers.

    Raises:
        InvalidTarget: no row has a target, or some cells are not finite numbers; the issues list their lines.
    """
    spellings = table.spellings(target)
    rows = _rows_with_target(table, target, spellings)
    numbers = [words.number(text.strip(), decimal) for text in spellings.texts]
    lookup = np.array([np.nan if value is None else value for value in numbers])
    values = lookup[spellings.codes[rows]]
    not_numbers = rows[np.isnan(values)]
    if len(not_numbers):
        raise InvalidTarget(
            f"The target “{short(target)}” is not a number in every row.",
            issues=_not_number_issues(table, target, not_numbers),
        )
    return NumberTarget(rows, values, table.rows - len(rows))


def _counts(spellings: Spellings) -> Counter[str]:
    return Counter(dict(zip(spellings.texts, spellings.counts(), strict=True)))


def _rows_with_target(table: Table, target: str, spellings: Spellings) -> Codes:
    """Return the rows whose target is not empty. Missing targets are never imputed."""
    present = np.array([text != "" for text in spellings.texts], dtype=np.bool_)
    rows = np.flatnonzero(present[spellings.codes])
    if not len(rows):
        raise InvalidTarget(
            f"The target “{short(target)}” is empty in every row.",
            issues=[Issue(column=short(target), reason="empty in every row")],
        )
    return rows


def _not_number_issues(table: Table, target: str, rows: Codes) -> tuple[Issue, ...]:
    issues = Issues()
    first = [
        Issue(
            column=short(target),
            line=table.line_of(int(row)),
            reason="not a number",
            hint="correct or empty the cell; if the target is text, use a classifier",
        )
        for row in rows[: issues.remaining]
    ]
    issues.count(len(rows), first)
    return issues.all()
