"""Infer the kind of each column of a training file from all rows, and choose its parser."""

from collections.abc import Iterable

from mini_ml.contracts import LeftOut
from mini_ml.errors import InvalidDataset, Issue, UnknownColumn
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.records.issues import Issues, short
from mini_ml.ml.records.table import Table
from mini_ml.ml.schema.evidence import collect_evidence
from mini_ml.ml.schema.kinds import Verdict, judge_column
from mini_ml.ml.schema.target import missing_column_issue


def infer(table: Table, *, target: str, dropped: Iterable[str] = ()) -> Reader:
    """Choose a kind and a parser for each column except the target and the dropped ones.

    Raises:
        UnknownColumn: some columns to drop do not exist; the issues list all of them, each with the nearest name.
        InvalidDataset: no feature column is left.
    """
    dropped = tuple(dropped)
    check_columns_to_drop(table, target, dropped)
    evidence, decimal = collect_evidence(table, [name for name in table.names if name and name not in dropped])
    verdicts = {name: judge_column(column, decimal) for name, column in evidence.items() if name != target}
    if not any(verdict.kind for verdict in verdicts.values()):
        verdicts = {name: _keep_identifier(verdict) for name, verdict in verdicts.items()}
    features = tuple(
        Feature(name, verdict.kind, verdict.format) for name, verdict in verdicts.items() if verdict.kind is not None
    )
    left_out = tuple(_describe_left_out(table, target, dropped, verdicts))
    if not features:
        raise InvalidDataset(
            "No feature column is left to train on.", issues=list(_explain_no_columns(table, target, left_out))
        )
    notes = tuple(f"{name}: {note}" for name, verdict in verdicts.items() for note in verdict.notes)
    return Reader(target, features, decimal, table.header.delimiter, left_out, notes)


def check_columns_to_drop(table: Table, target: str, dropped: tuple[str, ...]) -> None:
    """Raise UnknownColumn if a column to drop is the target or does not exist."""
    issues = Issues()
    for name in dropped:
        if name not in table.names:
            issues.add(missing_column_issue(name, table.names, "columns_to_drop"))
        elif name == target:
            issues.add(Issue(column=short(name), parameter="columns_to_drop", reason="the target cannot be dropped"))
    if issues.total:
        raise UnknownColumn("Some columns in columns_to_drop cannot be dropped.", issues=issues.all())


def _keep_identifier(verdict: Verdict) -> Verdict:
    """Keep an identifier column when no other column is left."""
    if verdict.fallback is None:
        return verdict
    return Verdict(verdict.fallback, notes=("looks like an identifier; kept because no other column is left",))


def _explain_no_columns(table: Table, target: str, left_out: tuple[LeftOut, ...]) -> Iterable[Issue]:
    """Yield why no column is left, and whether the target is unusable too, since it is not checked after this."""
    for column in left_out:
        yield Issue(column=short(column.name), reason=column.reason)
    if not left_out:
        yield Issue(column=short(target), reason="the target is the only column", hint="check the delimiter")
    if len(set(table.spellings(target).texts) - {""}) < 2:
        yield Issue(
            column=short(target), reason="the target has fewer than two values", hint="add rows with another value"
        )


def _describe_left_out(
    table: Table, target: str, dropped: tuple[str, ...], verdicts: dict[str, Verdict]
) -> Iterable[LeftOut]:
    for name in table.names:
        if name in dropped and name != target:
            yield LeftOut(name=name, reason="dropped as asked")
        elif not name:
            yield LeftOut(name=name, reason="row index: the first column, without a name")
        elif name in verdicts and verdicts[name].kind is None:
            yield LeftOut(name=name, reason=verdicts[name].reason)
