"""Put the result of a comparison into words: the verdict in a sentence, and what to know before trusting it."""

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import JsonValue

from mini_ml.contracts import (
    ComparisonNote,
    ComparisonNoteCode,
    Manifest,
    MetricDifference,
    Obstacle,
    VersionComparison,
)
from mini_ml.contracts.models import GROUP_COLUMN_REASON
from mini_ml.registry.holdout_rows import ALL_ROWS, FEWEST_DISTINCT, FEWEST_ROWS, MatchedRows

METRIC_WORDS: Final = {"log_loss": "log loss", "accuracy": "accuracy", "rmse": "RMSE", "mae": "MAE"}
"""What the metrics of a comparison are called in a sentence."""
_OBSTACLES: Final[Mapping[Obstacle, str]] = {
    "task": "one version is a classifier and the other one a regressor",
    "target": "they predict different columns",
    "labels": "they predict different labels",
    "predictions": "a version has no hold-out predictions: it had too few rows, or an earlier release trained it",
    "numbers": "their predictions are too large to compute with",
}
_NOTES: Final[Mapping[ComparisonNoteCode, str]] = {
    "metrics_disagree": "The {metric} says the opposite of the {decisive}, which decides.",
    "fitted_rows": "Hold-out rows of version {version} on which version {other} was fitted, as it had the same file: "
    "{count:,} of {rows:,}. They are left out.",
    "other_rows": "Hold-out rows of version {version} that version {other} did not hold out, so that it may have been "
    "fitted on them: {count:,} of {rows:,}. They are left out.",
    "other_target": "Rows with the same cells in both files, but another target: {count:,}. They are left out.",
    "sampled_rows": "The versions held out so many rows that only a sample of about {percent} % is compared: always "
    "the same rows, chosen by their digests. The numbers of rows are those of the sample.",
    "grouped_rows": "Rows of version {version} were held out in groups. Rows of a group resemble each other, so the "
    "interval may be too narrow.",
    "refitted": "Version {version} was fitted on its hold-out rows too, after it was measured. The comparison is about "
    "the model that was measured.",
}


def build_reason(found: VersionComparison) -> str:
    """Return the verdict of a comparison in a sentence or two."""
    first, second = (one.version for one in found.versions)
    if found.obstacle is not None:
        return f"Versions {first} and {second} cannot be compared: {_OBSTACLES[found.obstacle]}."
    if not found.differences:
        return _explain_few_rows(found)
    decisive = found.differences[0]
    ends = f"{_write_number(decisive.interval.low)} to {_write_number(decisive.interval.high)}"
    changed = (
        f"The {METRIC_WORDS[decisive.metric]} changes by {_write_number(decisive.difference)} "
        f"(95 % interval {ends}) on {found.common_rows:,} rows that both held out"
    )
    if found.verdict == "no_difference":
        return f"The difference between versions {first} and {second} may be chance. {changed}."
    return f"Version {second} is {found.verdict} than version {first}. {changed}."


def _explain_few_rows(found: VersionComparison) -> str:
    first, second = (one.version for one in found.versions)
    if found.common_rows >= FEWEST_ROWS:
        return (
            f"Versions {first} and {second} held out {found.common_rows:,} rows in common, but they repeat "
            f"{found.distinct_rows:,} different rows, and at least {FEWEST_DISTINCT} different ones are needed for a "
            "verdict."
        )
    held = (
        f"Versions {first} and {second} held out {found.common_rows:,} rows in common, and at least {FEWEST_ROWS} are "
        "needed for a verdict."
    )
    if found.common_rows or found.versions[0].sha256 == found.versions[1].sha256:
        return held
    return f"{held} A row is recognised by all of its cells and the names of their columns."


def _write_number(value: float) -> str:
    return f"{value:.4g}"


def build_notes(
    found: VersionComparison, manifests: tuple[Manifest, Manifest], matched: MatchedRows
) -> Iterator[ComparisonNote]:
    """Yield what to know about a comparison before trusting it."""
    yield from _note_disagreement(found.differences)
    is_sample = matched.below < ALL_ROWS
    if is_sample:
        yield _build_note("sampled_rows", percent=max(1, round(100 * matched.below / ALL_ROWS)))
    for here, there, read in zip(found.versions, found.versions[::-1], matched.held_out, strict=True):
        rows = read if is_sample else here.holdout_rows
        if rows > found.common_rows:
            count = rows - found.common_rows
            params = {"count": count, "rows": rows, "version": here.version, "other": there.version}
            yield _build_note("fitted_rows" if here.sha256 == there.sha256 else "other_rows", **params)
    if matched.other_target:
        yield _build_note("other_target", count=matched.other_target)
    for manifest in manifests:
        if any(column.reason == GROUP_COLUMN_REASON for column in manifest.model_schema.left_out):
            yield _build_note("grouped_rows", version=manifest.version)
        if manifest.refitted:
            yield _build_note("refitted", version=manifest.version)


def _note_disagreement(differences: tuple[MetricDifference, ...]) -> Iterator[ComparisonNote]:
    for other in differences[1:]:
        if {differences[0].verdict, other.verdict} == {"better", "worse"}:
            yield _build_note("metrics_disagree", metric=other.metric, decisive=differences[0].metric)


def _build_note(code: ComparisonNoteCode, **params: JsonValue) -> ComparisonNote:
    words = {name: METRIC_WORDS.get(str(value), value) for name, value in params.items()}
    return ComparisonNote(code=code, message=_NOTES[code].format(**words), params=params)
