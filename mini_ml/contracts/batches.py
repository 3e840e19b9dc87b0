"""What a batch leaves beside its output."""

from mini_ml.contracts.shape import Shape


class BatchSummary(Shape):
    """What a batch found in its rows, by column."""

    job_id: str
    model_name: str
    version: int
    rows: int
    missing: dict[str, int]
    """Cells imputed, by column."""
    coerced: dict[str, int]
    """Cells that did not parse as their column's kind and were taken as missing, by column."""
    unseen: dict[str, dict[str, int]]
    """Categories that training never saw, by column, the commonest with their counts."""
    notes: tuple[str, ...] = ()
