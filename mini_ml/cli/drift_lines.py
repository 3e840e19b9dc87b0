"""Format the drift of batches: one line for each, and one for each column that differs from the training rows."""

from collections.abc import Iterator
from typing import Final

from mini_ml.contracts import BatchDriftView, ColumnDrift, DriftPage, LabelShift

_COLUMN_CHARS: Final = 30
_MOST_LABELS: Final = 3


def format_drift(page: DriftPage) -> Iterator[str]:
    """Yield the batches, newest first, each with its columns that differ."""
    if not page.batches:
        yield f"No batch of {page.model_name} version {page.version} was compared with its training rows."
        return
    yield f"{'JOB':<38}{'CREATED':<21}{'ROWS':>10}  {'PREDICTIONS':<13}COLUMNS"
    for batch in page.batches:
        yield _format_batch(batch)
        if batch.drift.predictions_drifted and batch.drift.labels:
            yield f"  predictions: {', '.join(map(_format_label, batch.drift.labels[:_MOST_LABELS]))}"
        yield from map(_format_column, (column for column in batch.drift.columns if column.drifted))
    yield ""
    yield "PREDICTIONS and `index` are population stability indexes: 0 is no difference, 0.25 or more is large."
    yield "`!` marks predictions whose difference is large and more than chance explains."
    if "next" in page.links:
        yield "There are older batches. Use --limit to list more."


def _format_batch(batch: BatchDriftView) -> str:
    drift = batch.drift
    created = batch.created_at.isoformat()[:19]
    drifted = sum(column.drifted for column in drift.columns)
    index = _format_index(drift.prediction_stability_index) + " !" * drift.predictions_drifted
    columns = f"{drifted} of {len(drift.columns)} differ"
    return f"{batch.job_id:<38}{created:<21}{drift.rows:>10,}  {index:<13}{columns}"


def _format_label(shift: LabelShift) -> str:
    return f"{shift.label} {shift.share:.1%} (hold-out rows {shift.holdout_share:.1%})"


def _format_column(column: ColumnDrift) -> str:
    name = column.name if len(column.name) <= _COLUMN_CHARS else column.name[: _COLUMN_CHARS - 1] + "…"
    parts = [f"index {_format_index(column.stability_index)}"]
    parts.append(f"missing {column.missing_share:.1%} (training rows {column.training_missing_share:.1%})")
    if column.unseen_share is not None:
        parts.append(f"new categories {column.unseen_share:.1%}")
    if column.out_of_range_share is not None:
        parts.append(f"out of range {column.out_of_range_share:.1%}")
    return f"  {name}: {', '.join(parts)}"


def _format_index(index: float | None) -> str:
    return "-" if index is None else f"{index:.2f}"
