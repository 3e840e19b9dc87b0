"""Add to the reports of the columns what is known once their cells are read."""

from collections import Counter
from collections.abc import Iterable, Iterator

from mini_ml.contracts import ColumnReport
from mini_ml.ml.frame import Frame
from mini_ml.ml.training.target_values import TargetValues


def complete_reports(
    columns: Iterable[ColumnReport], frame: Frame, target: str, values: TargetValues | None
) -> Iterator[ColumnReport]:
    """Yield the reports with the numbers of missing and unreadable cells, and how the target is read.

    Args:
        columns: the reports as schema inference wrote them.
        frame: the cells of the features.
        target: name of the target.
        values: the target's cells; None if they cannot be learned.
    """
    unreadable = Counter({name: notice.count for name, code, notice in frame.notices if code == "unreadable_cells"})
    for column in columns:
        if column.kind is not None:
            yield column.model_copy(update={"missing": frame.missing[column.name] + unreadable[column.name]})
        elif column.name == target and values is not None:
            yield column.model_copy(update={"format": values.format, "missing": values.without_target})
        else:
            yield column
