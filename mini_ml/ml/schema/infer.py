"""Decide for each column of a training file what it is and how its cells are read, from all rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mini_ml.contracts import ColumnReport, DataWarning, LeftOut
from mini_ml.contracts.models import GROUP_COLUMN_REASON
from mini_ml.errors import InvalidDataset, Issue, UnknownColumn
from mini_ml.ml.cells.dates import Order
from mini_ml.ml.cells.feature import Feature
from mini_ml.ml.cells.number_format import NumberFormat
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.records.issues import Issues, short
from mini_ml.ml.records.table import Table
from mini_ml.ml.schema.data_warnings import build_warning
from mini_ml.ml.schema.date_choice import DateVotes, count_dates
from mini_ml.ml.schema.evidence import Evidence, collect_evidence
from mini_ml.ml.schema.file_warnings import warn_of_training_file
from mini_ml.ml.schema.findings import Finding
from mini_ml.ml.schema.kinds import judge_column
from mini_ml.ml.schema.lookup import missing_column_issue
from mini_ml.ml.schema.number_choice import NumberChoice, choose_format, find_file_decimal
from mini_ml.ml.schema.number_votes import NumberVotes, count_votes
from mini_ml.ml.schema.time_column import judge_times
from mini_ml.ml.schema.verdict import FileMarks, Verdict


@dataclass(frozen=True, kw_only=True)
class Inferred:
    """What was decided about the columns of a file."""

    reader: Reader
    target: NumberChoice
    """How the target's numbers are written, if it has some."""
    columns: tuple[ColumnReport, ...]
    """One for each column of the file, in its order, without numbers of missing cells."""
    warnings: tuple[DataWarning, ...]
    time: Feature | None = None
    """How the times of the rows are read, even if they are no feature; None if the rows are not split by time."""


def infer(
    table: Table, *, target: str, dropped: Iterable[str] = (), time: str | None = None, group: str | None = None
) -> Inferred:
    """Choose a kind and a format for each column except the target and the dropped ones.

    Args:
        table: the file.
        target: name of the target.
        dropped: names of columns that are not used.
        time: name of the column of times; it is read even if it is not a feature.
        group: name of the column of groups, which is never a feature.

    Raises:
        UnknownColumn: some columns to drop do not exist; the issues list all of them, each with the nearest name.
        InvalidDataset: no feature column is left.
        InvalidOption: the column of times has neither dates nor numbers.
    """
    dropped = tuple(dropped)
    check_columns_to_drop(table, target, dropped)
    unused = {*dropped, *(() if group is None else (group,))}
    used = [name for name in table.names if name and name not in unused]
    read_as_well = [time] if time is not None and time in unused else []
    evidence = collect_evidence(table, [*used, *read_as_well])
    numbers = {name: _count_numbers(cells) for name, cells in evidence.items()}
    dates = {
        name: DateVotes() if cells.is_plain else count_dates(cells.looked_at()) for name, cells in evidence.items()
    }
    marks = _find_marks(table, {name: evidence[name] for name in used}, numbers, dates)
    judged = {
        name: judge_column(cells, numbers[name], dates[name], marks)
        for name, cells in evidence.items()
        if name != target
    }
    times = {} if time is None else {time: judge_times(time, judged)}
    verdicts = {name: judged[name] for name in used if name != target}
    if not any(verdict.kind for verdict in verdicts.values()):
        verdicts = {name: _keep_identifier(verdict) for name, verdict in verdicts.items()}
    left_out = tuple(_describe_left_out(table, target, dropped, group, verdicts))
    features = tuple(_build_features(verdicts))
    if not features:
        raise InvalidDataset(
            "No feature column is left to train on.", issues=list(_explain_no_columns(table, target, left_out))
        )
    number = choose_format(numbers[target], marks.decimal, marks.delimiter)
    return Inferred(
        reader=Reader(target, features, number.format.decimal, table.header.delimiter, left_out, table.file),
        target=number,
        columns=tuple(_report_columns(table, verdicts, times, left_out)),
        warnings=(
            *warn_of_training_file(table.reading),
            *(build_warning(table, name, finding) for name, one in verdicts.items() for finding in one.findings),
            *(build_warning(table, name, finding) for name in read_as_well for finding in times[name].findings),
        ),
        time=next(_build_features(times), None),
    )


def _count_numbers(cells: Evidence) -> NumberVotes:
    """Return what the cells of a column show about the way its numbers are written."""
    if cells.is_plain:
        return NumberVotes()
    votes = count_votes(cells.looked_at())
    if cells.keeps_plain:
        largest = max(-cells.plain.minimum, cells.plain.maximum)
        digits = len(str(int(largest))) if cells.plain.whole else 0
        votes.add_plain(cells.plain.count, has_points=cells.has_certain_point, digits=digits)
    return votes


def _find_marks(
    table: Table, evidence: dict[str, Evidence], numbers: dict[str, NumberVotes], dates: dict[str, DateVotes]
) -> FileMarks:
    """Return what the columns show together."""
    points = sum(cells.has_certain_point for cells in evidence.values())
    orders: set[Order] = {
        votes.order for votes in map(dates.__getitem__, evidence) if votes.order is not None and votes.may_be_dates
    }
    return FileMarks(
        decimal=find_file_decimal([numbers[name] for name in evidence], certain_points=points),
        order=orders.pop() if len(orders) == 1 else None,
        delimiter=table.header.delimiter,
    )


def _build_features(verdicts: dict[str, Verdict]) -> Iterator[Feature]:
    for name, verdict in verdicts.items():
        if verdict.kind is not None:
            yield Feature(
                name=name,
                kind=verdict.kind,
                numbers=verdict.numbers,
                dates=verdict.dates,
                missing_words=verdict.missing_words,
                decimal=verdict.decimal,
                format=verdict.format,
            )


def _report_columns(
    table: Table, verdicts: dict[str, Verdict], times: dict[str, Verdict], left_out: tuple[LeftOut, ...]
) -> Iterator[ColumnReport]:
    reasons = {column.name: column.reason for column in left_out}
    for name in table.names:
        verdict, read = verdicts.get(name), verdicts.get(name) or times.get(name)
        yield ColumnReport(
            name=name,
            kind=None if verdict is None else verdict.kind,
            format=None if read is None else read.format,
            left_out=reasons.get(name),
        )


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
    """Keep a column of codes or row numbers when no other column is left."""
    if verdict.fallback is None:
        return verdict
    numbers = NumberFormat() if verdict.fallback == "numeric" else None
    return Verdict(verdict.fallback, numbers=numbers, findings=(Finding("identifier_kept"),))


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
    table: Table, target: str, dropped: tuple[str, ...], group: str | None, verdicts: dict[str, Verdict]
) -> Iterable[LeftOut]:
    for name in table.names:
        if name == group:
            yield LeftOut(name=name, reason=GROUP_COLUMN_REASON)
        elif name in dropped and name != target:
            yield LeftOut(name=name, reason="dropped as asked")
        elif not name:
            yield LeftOut(name=name, reason="row index: the first column, without a name")
        elif name in verdicts and verdicts[name].kind is None:
            yield LeftOut(name=name, reason=verdicts[name].reason)
