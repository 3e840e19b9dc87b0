"""Write warnings: the sentence of each code, and the lines of a training file that are examples."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from mini_ml.contracts import DataWarning, WarningExample
from mini_ml.ml.records.issues import short
from mini_ml.ml.records.table import Table
from mini_ml.ml.schema.findings import Finding

MOST_WARNINGS: Final = 50
"""Maximum number of warnings in an answer; the last one counts those that are not listed."""
_VALUE_CHARS: Final = 40

SENTENCES: Final[Mapping[str, str]] = {
    "ambiguous_day_month": "Day and month cannot be told apart; cells are read with the {order}.",
    "ambiguous_mark": "“{cell}” can mean 1234 or 1.234; it is read as {meaning}.",
    "bad_rows_kept": "{count} rows cannot be read and have no prediction; `rejects.csv` lists them.",
    "bad_rows_skipped": "{count} rows cannot be read and were left out.",
    "bare_numbers": "{count} numbers have no “{unit}” but others do; all are read in the same unit.",
    "blank_lines": "{count} blank lines were skipped.",
    "bounds": "{count} cells are bounds, such as “<5” or “90+”; the number itself is used.",
    "columns_in_order": "The file has no header; its columns were read in order as {names}.",
    "doubled_names": "Several columns have the same name ({names}); the second one of a name x is called x_2.",
    "drifted_column": "The column differs from that of the training rows: its population stability index is {index} "
    "({large} is large), {missing} % of its cells are missing (training rows: {training_missing} %), and {strange} % "
    "of the others are outside of the categories or the range of the training rows.",
    "drifted_predictions": "The predictions differ from those for the hold-out rows: their population stability index "
    "is {index} ({large} is large).",
    "duration_minutes": "{count} durations have two parts and are read as minutes and seconds.",
    "identifier_kept": "The column looks like an identifier; it is used because no other column is left.",
    "labels_merged": "{count} cells spell a label differently and count as the usual spelling: {labels}.",
    "labels_of_newest_rows": "{count} of the newest rows are not held out: no older row has some of their labels "
    "({labels}), and a model cannot learn a label from no row. The metrics do not cover these labels.",
    "large_holdout": "{count} rows are held out, {percent} % instead of 20 %, since rows of one {what} stay together.",
    "missing_words": "{count} cells are read as missing: {words}.",
    "mended_rows": "{count} rows have irregular quotes or another delimiter; they were read in the only way that gives "
    "a row.",
    "mixed_dates": "{dates} cells are dates, but {count} others are not, or in another order of day and month; the "
    "column is read as words.",
    "mixed_units": "Cells have different units ({units}), so the column is not read as numbers.",
    "more_warnings": "{count} more warnings are not listed.",
    "nearly_numeric": "{numbers} of {cells} cells are numbers, too few to read the column as numbers.",
    "new_gaps": "{count} cells are missing, but the rows that the model learned from had none; what stands for them is "
    "a guess.",
    "no_header": "The file has no header: its first line looks like data. Its columns are called {names}.",
    "not_better_than_baseline": "The model is not better than answering with {answer} each time: its {name} on the "
    "hold-out rows is {score}, that of this answer {baseline}.",
    "numbers_as_labels": "The target looks numeric but was learned as labels; use `{instead}` to learn it as a number.",
    "other_form": "{count} cells are written in another form than the column and were read as the number they mean.",
    "padded_rows": "{count} rows have fewer cells than there are columns; the cells that they lack are empty.",
    "rounded_integers": "Integers above 9,007,199,254,740,992 are rounded; if they are codes, write a letter in front.",
    "read_first_of_doubled": "Several columns have this name; the first one was read.",
    "row_names": "The names lack one for the first column; it names the rows and was left out.",
    "row_number_kept": "The column numbers the rows; it is used as a feature because its name does not say so.",
    "rows_without_group": "{count} rows have no group; each counts as a group of its own.",
    "rows_without_target": "{count} rows without a target were left out.",
    "rows_without_time": "{count} rows have no time that can be read; the model learns from them, but they are never "
    "held out.",
    "second_names": "A second header line was skipped: {names}.",
    "skipped_lines": "{count} lines above the header, such as titles or comments, were skipped.",
    "time_ordered_target": "Earlier dates in this column explain {percent} % of the target, so metrics on random rows "
    "are better than on later rows. If the rows to predict are later ones, use this column as `time_column`.",
    "trimmed_rows": "{count} rows have extra cells at their end, which were dropped.",
    "unknown_columns_to_drop": "`columns_to_drop` names a column that the file does not have.",
    "unnamed_columns": "{count} columns have no name and are called {names}.",
    "unreadable_cells": "{count} cells could not be read ({kind} are expected) and are treated as missing.",
    "unusual_dialect": "The file was read as its first lines suggest: {dialect}.",
    "unseen_categories": "{count} cells have categories that the training rows did not have: {categories}.",
}
"""The message of each code."""

_SENTENCES_FOR_ONE: Final[Mapping[str, str]] = {
    "bad_rows_kept": "1 row cannot be read and has no prediction; `rejects.csv` lists it.",
    "bad_rows_skipped": "1 row cannot be read and was left out.",
    "bare_numbers": "1 number has no “{unit}” but others do; all are read in the same unit.",
    "blank_lines": "1 blank line was skipped.",
    "bounds": "1 cell is a bound, such as “<5” or “90+”; the number itself is used.",
    "duration_minutes": "1 duration has two parts and is read as minutes and seconds.",
    "labels_merged": "1 cell spells a label differently and counts as the usual spelling: {labels}.",
    "labels_of_newest_rows": "1 of the newest rows is not held out: no older row has its label ({labels}), and a model "
    "cannot learn a label from no row. The metrics do not cover this label.",
    "large_holdout": "1 row is held out, {percent} % instead of 20 %, since rows of one {what} stay together.",
    "mended_rows": "1 row has irregular quotes or another delimiter; it was read in the only way that gives a row.",
    "missing_words": "1 cell is read as missing: {words}.",
    "more_warnings": "1 more warning is not listed.",
    "new_gaps": "1 cell is missing, but the rows that the model learned from had none; what stands for it is a guess.",
    "other_form": "1 cell is written in another form than the column and was read as the number it means.",
    "padded_rows": "1 row has fewer cells than there are columns; the cells that it lacks are empty.",
    "rows_without_group": "1 row has no group; it counts as a group of its own.",
    "rows_without_target": "1 row without a target was left out.",
    "rows_without_time": "1 row has no time that can be read; the model learns from it, but it is never held out.",
    "skipped_lines": "1 line above the header, such as a title or a comment, was skipped.",
    "trimmed_rows": "1 row has extra cells at its end, which were dropped.",
    "unnamed_columns": "1 column has no name and is called {names}.",
    "unreadable_cells": "1 cell could not be read ({kind} are expected) and is treated as missing.",
    "unseen_categories": "1 cell has a category that the training rows did not have: {categories}.",
}
"""The messages for a count of one, where they differ."""


def build_warning(table: Table, column: str, finding: Finding) -> DataWarning:
    """Return the warning for a decision about a column of a training file, with the lines of its examples."""
    return write_warning(
        finding.code,
        column=column,
        count=finding.count,
        params=finding.params,
        examples=find_lines(table, column, finding.texts),
    )


def write_warning(
    code: str,
    *,
    column: str | None = None,
    count: int | None = None,
    params: Mapping[str, str | int] | None = None,
    examples: Iterable[WarningExample] = (),
) -> DataWarning:
    """Return a warning with the sentence of its code."""
    sentence = SENTENCES[code] if count != 1 else _SENTENCES_FOR_ONE.get(code, SENTENCES[code])
    values = {"count": count or 0, **(params or {})}
    return DataWarning(
        code=code,
        message=sentence.format(**values),
        params=dict(params or {}),
        column=None if column is None else short(column),
        count=count,
        examples=tuple(examples),
    )


def find_lines(table: Table, column: str, texts: Sequence[str]) -> list[WarningExample]:
    """Return, for each trimmed cell, the first line that has it in the column."""
    if not texts:
        return []
    spellings = table.spellings(column)
    first: dict[str, int] = {}
    for code, text in enumerate(spellings.texts):
        first.setdefault(text.strip(), code)
    return [
        WarningExample(line=table.line_of(int(np.flatnonzero(spellings.codes == first[text])[0])), value=cut(text))
        for text in texts
        if text in first
    ]


def limit_warnings(warnings: Sequence[DataWarning]) -> tuple[DataWarning, ...]:
    """Return at most `MOST_WARNINGS` warnings; if there are more, the last one counts the others.

    If the last of the given warnings counts others already, these are counted too.
    """
    if len(warnings) <= MOST_WARNINGS:
        return tuple(warnings)
    kept = warnings[: MOST_WARNINGS - 1]
    more = sum(warning.count or 0 if warning.code == "more_warnings" else 1 for warning in warnings[len(kept) :])
    return (*kept, write_warning("more_warnings", count=more))


def cut(value: str) -> str:
    """Return a cell, cut at 40 characters."""
    return value if len(value) <= _VALUE_CHARS else value[: _VALUE_CHARS - 1] + "…"
