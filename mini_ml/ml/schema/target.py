"""The target column: which one it is, and what it says."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from mini_ml.contracts import Label
from mini_ml.errors import InvalidTarget, Issue, UnknownColumn
from mini_ml.ml.cells import words
from mini_ml.ml.cells.words import Decimal
from mini_ml.ml.frame import Codes, Matrix
from mini_ml.ml.records.issues import Issues, short
from mini_ml.ml.records.table import Spelled, Table

_MOST_CLASSES = 20
_MOST_CLASS_SHARE = 0.1
_ALMOST_ALL = 0.99


@dataclass(frozen=True)
class ClassTarget:
    """The classes of the rows that have a target."""

    rows: Codes
    """Positions of those rows in the table."""
    codes: NDArray[np.int64]
    """Class of each of them, as a position in `labels`."""
    labels: tuple[Label, ...]
    """As spelled, sorted; integers where all are plain integers."""
    without_target: int


@dataclass(frozen=True)
class NumberTarget:
    """The numbers of the rows that have a target."""

    rows: Codes
    values: Matrix
    """Shape (rows,)."""
    without_target: int


def target_column(table: Table, name: str | None, *, dropped: Sequence[str] = ()) -> str:
    """Return the target's name: the given one if it exists, else the last column's.

    Raises:
        UnknownColumn: no column has this name; the nearest is named, and the dropped columns that are absent too.
    """
    if name is None:
        return table.names[-1]
    if name not in table.names:
        issues = Issues()
        issues.add(absent(name, table.names, "target_column"))
        for other in dropped:
            if other not in table.names:
                issues.add(absent(other, table.names, "columns_to_drop"))
        raise UnknownColumn(f"There is no column “{short(name)}” to predict.", issues=issues.all())
    return name


def absent(name: str, names: Sequence[str], parameter: str | None = None) -> Issue:
    """Return the fault of a column that is not there, with the nearest name."""
    lowered = {known.lower(): known for known in names if known}
    near = get_close_matches(name.lower(), lowered, n=1)
    hint = f"did you mean “{short(lowered[near[0]])}”?" if near else None
    return Issue(column=short(name), parameter=parameter, reason="no such column", hint=hint)


def is_auto_classification(table: Table, target: str, decimal: Decimal) -> bool:
    """Tell whether a target is text, boolean, or at most 20 distinct integers on at most 10 % as many as rows."""
    counts = _counts(table.spelled(target))
    counts.pop("", None)
    rows = sum(counts.values())
    values = {text: words.number(text.strip(), decimal) for text in counts}
    numbers = {value for value in values.values() if value is not None}
    if numbers <= {0.0, 1.0}:
        return True
    integers = all(value.is_integer() for value in numbers)
    if integers and len(numbers) <= _MOST_CLASSES and len(numbers) <= _MOST_CLASS_SHARE * rows:
        return True
    numeric_rows = sum(count for text, count in counts.items() if values[text] is not None)
    return numeric_rows < _ALMOST_ALL * rows


def classification_target(table: Table, target: str) -> ClassTarget:
    """Read the target as labels.

    Raises:
        InvalidTarget: no row has a target, or all have the same.
    """
    spelled = table.spelled(target)
    rows = _rows_with_target(table, target, spelled)
    used = [spelled.texts[code] for code in np.unique(spelled.codes[rows])]
    if len(used) == 1:
        raise InvalidTarget(
            f"All rows have the same “{short(target)}”.",
            issues=[Issue(column=short(target), reason="only one class", hint="at least two classes are needed")],
        )
    plain = all(words.is_plain_integer(text) for text in used)
    texts = sorted(used, key=int) if plain else sorted(used)
    position = {text: place for place, text in enumerate(texts)}
    lookup = np.array([position.get(text, -1) for text in spelled.texts], dtype=np.int64)
    labels: tuple[Label, ...] = tuple(int(text) for text in texts) if plain else tuple(texts)
    return ClassTarget(rows, lookup[spelled.codes[rows]], labels, table.rows - len(rows))


def regression_target(table: Table, target: str, decimal: Decimal) -> NumberTarget:
    """Read the target as numbers.

    Raises:
        InvalidTarget: no row has a target, or some are no finite numbers; these are listed by line.
    """
    spelled = table.spelled(target)
    rows = _rows_with_target(table, target, spelled)
    numbers = [words.number(text.strip(), decimal) for text in spelled.texts]
    lookup = np.array([np.nan if value is None else value for value in numbers])
    values = lookup[spelled.codes[rows]]
    strange = rows[np.isnan(values)]
    if len(strange):
        raise InvalidTarget(
            f"The target “{short(target)}” is not a number in every row.", issues=_no_numbers(table, target, strange)
        )
    return NumberTarget(rows, values, table.rows - len(rows))


def _counts(spelled: Spelled) -> Counter[str]:
    return Counter(dict(zip(spelled.texts, spelled.counts(), strict=True)))


def _rows_with_target(table: Table, target: str, spelled: Spelled) -> Codes:
    """Return the rows whose target is not empty: what is missing is never invented."""
    present = np.array([text != "" for text in spelled.texts], dtype=np.bool_)
    rows = np.flatnonzero(present[spelled.codes])
    if not len(rows):
        raise InvalidTarget(
            f"The target “{short(target)}” is empty in every row.",
            issues=[Issue(column=short(target), reason="empty in every row")],
        )
    return rows


def _no_numbers(table: Table, target: str, rows: Codes) -> tuple[Issue, ...]:
    issues = Issues()
    first = [
        Issue(
            column=short(target),
            line=table.line_of(int(row)),
            reason="not a number",
            hint="a text target needs a classifier; correct or empty the cell otherwise",
        )
        for row in rows[: issues.service]
    ]
    issues.count(len(rows), first)
    return issues.all()
