"""How far the rows of a batch are from those that a model was trained on."""

from datetime import datetime

from mini_ml.contracts.base import FrozenModel


class ColumnDrift(FrozenModel):
    """One feature column of a batch beside the training rows."""

    name: str
    stability_index: float | None
    """Population stability index: 0 for the same distribution, large above 0.25; None if it cannot be computed."""
    missing_share: float
    training_missing_share: float
    unseen_share: float | None = None
    """Share of present cells with a category that the training rows do not have; None for numbers and dates."""
    out_of_range_share: float | None = None
    """Share of present cells below the minimum or above the maximum of the training rows; None for categories."""


class Drift(FrozenModel):
    """How the rows of a batch differ from the training rows."""

    rows: int
    """Rows that were compared; of large files, a sample."""
    columns: tuple[ColumnDrift, ...]
    """In the order of the model's columns."""
    prediction_stability_index: float | None = None
    """Of the predictions, compared with those of the hold-out rows; None if there are none."""


class BatchDrift(FrozenModel):
    """The drift of one batch."""

    job_id: str
    finished_at: datetime
    drift: Drift
