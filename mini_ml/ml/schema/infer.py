"""Decide, over all rows, what each column of a training file is and how it is read ever after."""

from collections.abc import Iterable

from mini_ml.contracts import LeftOut
from mini_ml.errors import InvalidDataset, Issue, UnknownColumn
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.records.issues import Issues, short
from mini_ml.ml.records.table import Table
from mini_ml.ml.schema.evidence import weigh
from mini_ml.ml.schema.kinds import Verdict, judge
from mini_ml.ml.schema.target import absent


def infer(table: Table, *, target: str, dropped: Iterable[str] = ()) -> Reader:
    """Fix how rows are read: a kind and parser for each column but the target and the dropped ones.

    Raises:
        UnknownColumn: a dropped column does not exist; all are listed, each with the nearest name.
        InvalidDataset: no column is left to learn from.
    """
    dropped = tuple(dropped)
    check_dropped(table, target, dropped)
    evidence, decimal = weigh(table, [name for name in table.names if name and name not in dropped])
    verdicts = {name: judge(column, decimal) for name, column in evidence.items() if name != target}
    if not any(verdict.kind for verdict in verdicts.values()):
        verdicts = {name: _rescued(verdict) for name, verdict in verdicts.items()}
    features = tuple(
        Feature(name, verdict.kind, verdict.format) for name, verdict in verdicts.items() if verdict.kind is not None
    )
    left_out = tuple(_left_out(table, target, dropped, verdicts))
    if not features:
        raise InvalidDataset("No column is left to learn from.", issues=list(_nothing_left(table, target, left_out)))
    notes = tuple(f"{name}: {note}" for name, verdict in verdicts.items() for note in verdict.notes)
    return Reader(target, features, decimal, table.header.delimiter, left_out, notes)


def check_dropped(table: Table, target: str, dropped: tuple[str, ...]) -> None:
    """Refuse to drop the target, or a column that is not there."""
    issues = Issues()
    for name in dropped:
        if name not in table.names:
            issues.add(absent(name, table.names, "columns_to_drop"))
        elif name == target:
            issues.add(Issue(column=short(name), parameter="columns_to_drop", reason="the target cannot be dropped"))
    if issues.total:
        raise UnknownColumn("Some columns to drop cannot be dropped.", issues=issues.all())


def _rescued(verdict: Verdict) -> Verdict:
    """Keep what looks like an identifier where nothing else is left to learn from."""
    if verdict.fallback is None:
        return verdict
    return Verdict(verdict.fallback, notes=("looks like an identifier; kept, since no other column is left",))


def _nothing_left(table: Table, target: str, left_out: tuple[LeftOut, ...]) -> Iterable[Issue]:
    """Tell why no column is left, and with it what the target lacks, which nobody would look at any more."""
    for column in left_out:
        yield Issue(column=short(column.name), reason=column.reason)
    if not left_out:
        yield Issue(column=short(target), reason="the target is the only column", hint="check the delimiter")
    if len(set(table.spelled(target).texts) - {""}) < 2:
        yield Issue(
            column=short(target), reason="the target has fewer than two values", hint="add rows with another one"
        )


def _left_out(table: Table, target: str, dropped: tuple[str, ...], verdicts: dict[str, Verdict]) -> Iterable[LeftOut]:
    for name in table.names:
        if name in dropped and name != target:
            yield LeftOut(name=name, reason="dropped as asked")
        elif not name:
            yield LeftOut(name=name, reason="row index: the first column, without a name")
        elif name in verdicts and verdicts[name].kind is None:
            yield LeftOut(name=name, reason=verdicts[name].reason)
