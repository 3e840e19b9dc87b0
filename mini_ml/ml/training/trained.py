"""What a training returns."""

import json
from dataclasses import dataclass

from pydantic import JsonValue

from mini_ml.contracts import (
    Candidate,
    ColumnReport,
    DataWarning,
    EnsembleMember,
    FileReport,
    Metrics,
    Profile,
    Schema,
    Task,
    Threshold,
    TrainOptions,
)
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.records.bad_rows import BadRow
from mini_ml.ml.training.holdout import RowPositions


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A trained model and the facts for its manifest."""

    model: FittedModel
    plan: bytes | None
    """The scoring plan as a file; None if the estimator has none, or it disagreed with the model on hold-out rows."""
    model_type: str
    """The model type that was fitted; for `auto`, the chosen one."""
    model_params: dict[str, JsonValue]
    members: tuple[EnsembleMember, ...]
    """The members of an ensemble; empty for a single estimator."""
    metrics: Metrics
    candidates: tuple[Candidate, ...]
    """The leaderboard of `auto`, best first."""
    threshold: Threshold | None
    """Two classes and `auto`: the threshold with the best F1 out of fold."""
    refitted: bool
    """Whether the model was fitted on the hold-out rows too, after it was measured without them."""
    holdout_predictions: bytes | None
    """The measured model's predictions of the hold-out rows as a compressed file; None if there are no such rows."""
    profile: Profile
    """The figures of the report."""
    notes: tuple[str, ...]
    warnings: tuple[DataWarning, ...]
    """What was decided about the data."""
    columns: tuple[ColumnReport, ...]
    """What was decided about each column of the file."""
    file: FileReport
    """How the file was read."""
    bad_rows: tuple[BadRow, ...]
    """The rows that were left out."""
    rows: int
    """Number of rows in the file, without the header."""
    rows_without_target: int
    training_rows: int
    seed: int

    @property
    def schema(self) -> Schema:
        """Return the schema of the model."""
        return self.model.schema

    @property
    def task(self) -> Task:
        """Return the task of the model."""
        return self.model.schema.task

    @property
    def holdout_rows(self) -> RowPositions:
        """Return the positions of the hold-out rows in the dataset."""
        return self.model.holdout_rows


def split_document(trained: Trained, options: TrainOptions) -> bytes:
    """Return the split as a JSON document, stored next to the artifact so that the evaluation can be repeated.

    Args:
        trained: what the training with these options returned.
        options: the columns that decided the split are named if there are any.
    """
    columns = options.model_dump(include={"time_column", "group_column"}, exclude_none=True)
    document = {
        "rows": trained.rows,
        "seed": trained.seed,
        **columns,
        "refitted": trained.refitted,
        "holdout_rows": trained.holdout_rows.tolist(),
    }
    return json.dumps(document).encode()
