"""Format a version of a model: what it was trained on, how it was chosen, and how good it is."""

from collections.abc import Iterator

from mini_ml.cli.file_lines import format_file
from mini_ml.cli.measures import describe_members, describe_threshold, format_leaderboard, format_metrics
from mini_ml.cli.printing import format_columns, format_field, format_warnings, join_sections
from mini_ml.contracts import Manifest


def format_version(manifest: Manifest) -> Iterator[str]:
    """Yield the fields of a version, its columns and warnings, the leaderboard and the metrics."""
    threshold = [f"  threshold {describe_threshold(manifest.threshold)}"] if manifest.threshold else []
    yield from join_sections(
        [
            *(format_field(name, value) for name, value in _list_fields(manifest)),
            *format_columns(manifest.columns),
            *format_warnings(manifest.warnings),
            *format_file(manifest.file),
        ],
        format_leaderboard(manifest.candidates),
        format_metrics(manifest.metrics),
        [*threshold, *(f"  note      {note}" for note in manifest.notes)],
    )


def _list_fields(manifest: Manifest) -> Iterator[tuple[str, object]]:
    for name in ("model_name", "version", "job_id", "created_at", "task", "target", "model_type"):
        yield name, getattr(manifest, name)
    if manifest.members:
        yield "members", describe_members(manifest.members)
    yield "rows", _describe_rows(manifest)
    if manifest.superseded:
        yield "superseded", "a version of a newer upload was published first"


def _describe_rows(manifest: Manifest) -> str:
    """Return how many rows the model was fitted on and measured on."""
    fitted, held = manifest.dataset.training_rows, manifest.dataset.holdout_rows
    if not manifest.refitted:
        return f"fitted on {fitted:,}, measured on {held:,} others"
    return f"fitted on all {fitted + held:,}, after a model of {fitted:,} of them was measured on the other {held:,}"
