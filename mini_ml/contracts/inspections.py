"""What the HTTP API answers about a file that was looked at before a training."""

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.data_warnings import ColumnReport, DataWarning
from mini_ml.contracts.file_report import FileReport
from mini_ml.contracts.problems import IssueView
from mini_ml.contracts.vocabulary import Task


class InspectedColumn(ColumnReport):
    """What a training would decide about one column, and what its cells look like."""

    samples: tuple[str, ...] = ()
    """The first different cells that are not missing, each cut at 40 characters. Dropped columns have none."""


class InspectAnswer(FrozenModel):
    """What a training would read in a file."""

    rows: int
    """Number of rows that were looked at; everything else in the answer is about them."""
    complete: bool
    """Whether these are all rows of the file."""
    file: FileReport
    columns: tuple[InspectedColumn, ...]
    """One for each column of the file, in its order."""
    target: str
    """The target column that was asked for, if it can be used, else the last column."""
    task: Task | None
    """What `auto` would learn; None if the target cannot be learned."""
    warnings: tuple[DataWarning, ...] = ()
    """What was decided about the data that an analyst would want to know."""
    problems: tuple[IssueView, ...] = ()
    """Why a training with these options would be rejected; empty if nothing is known against it."""
