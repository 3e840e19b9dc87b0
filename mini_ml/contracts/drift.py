"""How far the rows of a batch are from those that a model was trained on."""

from datetime import datetime

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.vocabulary import Label


class ColumnDrift(FrozenModel):
    """One feature column of a batch beside the training rows."""

    name: str
    stability_index: float | None = None
    """Population stability index: 0 for the same distribution, large from 0.25; None for texts, for fewer than 100
    rows, and if the training rows are too few to compare with."""
    index_by_chance: float | None = None
    """What the index of rows like the training rows exceeds in one of 1,000 batches at most."""
    missing_share: float
    training_missing_share: float
    unseen_share: float | None = None
    """Share of present cells with a category that the training rows do not have; None for other kinds."""
    out_of_range_share: float | None = None
    """Share of present cells below the minimum or above the maximum of the training rows; None for other kinds than
    numbers and dates."""
    drifted: bool = False
    """Whether the difference is so large that there is a warning."""


class LabelShift(FrozenModel):
    """How often a label is predicted."""

    label: Label
    share: float
    holdout_share: float
    """Share of the hold-out rows that it was predicted for."""


class Drift(FrozenModel):
    """How the rows of a batch differ from the training rows."""

    rows: int
    """Rows of the batch that have a prediction."""
    sampled_rows: int
    """Those that the indexes and the shares out of range come from; all, or a sample of a large file."""
    columns: tuple[ColumnDrift, ...] = ()
    """In the order of the model's columns."""
    prediction_stability_index: float | None = None
    """Of the predictions, compared with those of the hold-out rows; None for fewer than 100 rows, and if the model has
    no or too few hold-out rows."""
    prediction_index_by_chance: float | None = None
    """What the index of predictions like those of the hold-out rows exceeds in one of 1,000 batches at most."""
    predictions_drifted: bool = False
    """Whether the difference is so large that there is a warning."""
    labels: tuple[LabelShift, ...] = ()
    """Classification: the labels whose share changed most, at most 10."""


class BatchDrift(FrozenModel):
    """The drift of one batch."""

    job_id: str
    created_at: datetime
    """When the job of the batch was created; batches are listed by it."""
    drift: Drift
