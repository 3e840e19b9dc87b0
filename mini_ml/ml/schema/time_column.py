"""Judge whether the column that a client names as `time_column` can order the rows."""

from collections.abc import Mapping
from dataclasses import replace

from mini_ml.errors import InvalidOption, Issue
from mini_ml.ml.cells.number_format import NumberFormat
from mini_ml.ml.records.issues import list_names, short
from mini_ml.ml.schema.verdict import Verdict


def judge_times(name: str, verdicts: Mapping[str, Verdict]) -> Verdict:
    """Return how the column is read: as dates or numbers, even if its numbers only count the rows.

    Args:
        name: of the column.
        verdicts: of the columns of the file, by name.

    Raises:
        InvalidOption: the column has neither dates nor numbers, or the same one in all rows.
    """
    verdict = verdicts[name]
    if verdict.kind in ("datetime", "numeric"):
        return verdict
    if verdict.fallback == "numeric":
        return replace(verdict, kind="numeric", numbers=NumberFormat(), findings=())
    reason = verdict.reason or f"it has neither dates nor numbers; it is read as {verdict.kind}"
    dates = [other for other, found in verdicts.items() if found.kind == "datetime"]
    hint = f"use a column of dates: {list_names(dates)}" if dates else "use a column of dates (2021-03-05) or numbers"
    raise InvalidOption(
        f"The column “{short(name)}” cannot order the rows by time: {reason}.",
        issues=[Issue(parameter="time_column", column=short(name), reason=reason, hint=hint)],
    )
