"""Summary that a batch prediction stores next to its output."""

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.data_warnings import DataWarning
from mini_ml.contracts.drift import Drift
from mini_ml.contracts.file_report import FileReport


class BatchSummary(FrozenModel):
    """Statistics about the scored rows, by column."""

    job_id: str
    correlation_id: str | None = None
    """Id of the request or upload that created the job."""
    model_name: str
    version: int
    rows: int
    missing: dict[str, int]
    """Number of imputed cells by column."""
    coerced: dict[str, int]
    """Number of cells by column that do not match the column's kind and were treated as missing."""
    unseen: dict[str, dict[str, int]]
    """Most common categories by column that are not in the training data, with their counts."""
    file: FileReport | None = None
    """How the file was read."""
    warnings: tuple[DataWarning, ...] = ()
    """What was decided about the rows that an analyst would want to know."""
    drift: Drift | None = None
    """How the rows differ from the training rows; None for models without a profile."""
