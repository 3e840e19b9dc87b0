"""Compare two versions of a model on the rows that both held out, and decide whether one is better."""

import hashlib
from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from mini_ml.contracts import (
    ComparedVersion,
    ComparisonVerdict,
    Manifest,
    MetricDifference,
    Obstacle,
    VersionComparison,
)
from mini_ml.contracts.vocabulary import Task
from mini_ml.errors import ObjectMissing
from mini_ml.keys import name_of_file
from mini_ml.parallel import map_parallel
from mini_ml.ports import Cloud
from mini_ml.registry.comparison_words import build_notes, build_reason
from mini_ml.registry.holdout_rows import ALL_ROWS, MatchedRows, choose_bound, match_rows
from mini_ml.registry.paired_bootstrap import compare_metric
from mini_ml.registry.sealing import build_rejection, load_verified_manifest

_METRICS: Final = {"classification": ("log_loss", "accuracy"), "regression": ("rmse", "mae")}
"""Metrics by task; the first one decides."""
_NOT_METRICS: Final = frozenset({"confusion_matrix", "labels", "holdout_rows", "baseline", "intervals", "notes"})
"""Fields of the metrics of a manifest that are not single scores."""


class Manifests(NamedTuple):
    """The manifests of the versions that are compared."""

    first: Manifest
    second: Manifest


def compare_versions(cloud: Cloud, model_name: str, first: int, second: int) -> VersionComparison:
    """Compare two published versions; says what is known about the second against the first.

    Raises:
        ModelNotFound, VersionNotFound: a version does not exist.
        ArtifactRejected: a manifest or the hold-out predictions of a version were damaged, edited or forged.
    """
    load = partial(load_verified_manifest, cloud, model_name)
    manifests = Manifests(*map_parallel(load, (first, second)))
    obstacle = find_obstacle(manifests)
    if obstacle is not None:
        return _build(manifests, obstacle=obstacle)
    return compare_predictions(manifests, *map_parallel(partial(_load_predictions, cloud), manifests))


def find_obstacle(manifests: Manifests) -> Obstacle | None:
    """Return why two versions cannot be compared on rows; None if they can."""
    first, second = manifests
    if first.task != second.task:
        return "task"
    if first.target != second.target:
        return "target"
    if _label_texts(first) != _label_texts(second):
        return "labels"
    return None if first.holdout_predictions and second.holdout_predictions else "predictions"


def compare_predictions(manifests: Manifests, first: bytes, second: bytes) -> VersionComparison:
    """Compare two versions, between which there is no obstacle, by their files of hold-out predictions.

    Raises:
        ArtifactRejected: a file is damaged, or is not of its version.
    """
    labels = (manifests.first.model_schema.labels, manifests.second.model_schema.labels)
    below = choose_bound(min(manifest.dataset.holdout_rows for manifest in manifests))
    matched = match_rows(first, second, labels=labels, below=below)
    if below < ALL_ROWS and not matched.can_decide:
        matched = match_rows(first, second, labels=labels)  # they have few rows in common
    if not matched.can_decide:
        return _build(manifests, matched=matched)
    return _build(manifests, matched=matched, differences=tuple(_compare_metrics(manifests.first.task, matched)))


def _load_predictions(cloud: Cloud, manifest: Manifest) -> bytes:
    """Read the hold-out predictions of a version, and check their digest. Raises ArtifactRejected."""
    stored = manifest.holdout_predictions
    assert stored is not None
    try:
        body = cloud.artifacts.get(stored.key, version_id=stored.version_id).body
    except ObjectMissing as error:
        reason = "its hold-out predictions are missing"
        raise build_rejection(manifest.model_name, manifest.version, reason) from error
    if hashlib.sha256(body).hexdigest() != stored.sha256:
        reason = "the digest of its hold-out predictions does not match its manifest"
        raise build_rejection(manifest.model_name, manifest.version, reason)
    return body


def _label_texts(manifest: Manifest) -> frozenset[str]:
    return frozenset(map(str, manifest.model_schema.labels or ()))


def _compare_metrics(task: Task, matched: MatchedRows) -> Iterator[MetricDifference]:
    for metric, first, second in zip(_METRICS[task], matched.first, matched.second, strict=True):
        difference = compare_metric(metric, matched.digests, first, second)
        if difference is not None:
            yield difference


def _build(
    manifests: Manifests,
    *,
    obstacle: Obstacle | None = None,
    matched: MatchedRows | None = None,
    differences: tuple[MetricDifference, ...] = (),
) -> VersionComparison:
    if matched is not None and matched.can_decide and not differences:
        obstacle = "numbers"
    found = VersionComparison(
        model_name=manifests.first.model_name,
        versions=(_describe_version(manifests.first), _describe_version(manifests.second)),
        common_rows=len(matched) if matched is not None else 0,
        distinct_rows=matched.distinct if matched is not None else 0,
        differences=differences,
        verdict=_decide(obstacle, differences),
        obstacle=obstacle,
        reason="",
    )
    notes = tuple(build_notes(found, manifests, matched)) if matched is not None else ()
    return found.model_copy(update={"reason": build_reason(found), "notes": notes})


def _decide(obstacle: Obstacle | None, differences: tuple[MetricDifference, ...]) -> ComparisonVerdict:
    if obstacle is not None:
        return "not_comparable"
    return differences[0].verdict if differences else "too_few_rows"


def _describe_version(manifest: Manifest) -> ComparedVersion:
    schema, dataset = manifest.model_schema, manifest.dataset
    return ComparedVersion(
        version=manifest.version,
        created_at=manifest.created_at,
        task=manifest.task,
        target=manifest.target,
        model_type=manifest.model_type,
        model_params=manifest.model_params,
        members=manifest.members,
        refitted=manifest.refitted,
        file=name_of_file(dataset.key),
        sha256=dataset.sha256,
        rows=dataset.rows,
        training_rows=dataset.training_rows,
        holdout_rows=dataset.holdout_rows,
        columns={column.name: column.kind for column in schema.columns},
        metrics={name: value for name, value in manifest.metrics if name not in _NOT_METRICS},
        intervals=manifest.metrics.intervals,
    )
