"""Published versions of `iris` with hold-out predictions, without a training."""

import gzip
import hashlib
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from mini_ml.contracts import Artifact, Label, UnsealedManifest, VersionComparison
from mini_ml.registry.comparison import compare_versions
from mini_ml.registry.sealing import seal
from tests.fixtures.responses import MANIFEST

Row = tuple[int, str, str, float]
"""Digest, target, prediction, and the probability of the target."""

LABELS: Sequence[Label] = ("no", "yes")


def write_rows(rows: Iterable[Row], labels: Sequence[Label] | None = LABELS) -> bytes:
    """Return a file of hold-out predictions; of two labels, `no` and `yes`, or of numbers."""
    lines = ["row,digest,target,prediction" + ("" if labels is None else ",probability_no,probability_yes")]
    for place, (digest, target, prediction, probability) in enumerate(rows):
        both = (1 - probability, probability) if target == "yes" else (probability, 1 - probability)
        rest = "" if labels is None else f",{both[0]!r},{both[1]!r}"
        lines.append(f"{place},{digest:016x},{target},{prediction}{rest}")
    return gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0)


def label_rows(count: int, *, right: float, seed: int = 0, first: int = 0) -> list[Row]:
    """Return rows whose label is right with a probability, and whose probabilities say so; the targets are fixed."""
    random = Random(seed)
    rows = []
    for number in range(first, first + count):
        target, other = ("yes", "no") if number % 3 else ("no", "yes")
        is_right = random.random() < right
        rows.append((number * 7919, target, target if is_right else other, 0.8 if is_right else 0.3))
    return rows


def number_rows(count: int, *, spread: float, seed: int = 0) -> list[Row]:
    """Return rows whose predictions miss the target by a normal error."""
    random = Random(seed)
    return [
        (number * 7919, repr(float(number)), repr(number + random.gauss(0, spread)), 0.0) for number in range(count)
    ]


def publish(cloud: MemoryCloud, version: int, contents: bytes | None, **changes: Any) -> None:
    """Publish a version of `iris` with a file of hold-out predictions; `changes` are fields of its manifest."""
    stored = None
    if contents is not None:
        key = keys.artifact("iris", f"j{version}", 1, keys.HOLDOUT_PREDICTIONS)
        head = cloud.artifacts.put(key, contents)
        digest = hashlib.sha256(contents).hexdigest()
        stored = Artifact(key=key, version_id=head.version_id, size=len(contents), sha256=digest)
    document = {name: value for name, value in MANIFEST.items() if name not in {"seal", "links"}}
    schema = {**document["schema"], "labels": list(LABELS), **changes.pop("schema", {})}
    given = {"task": "classification", "refitted": False, "members": [], **changes}
    manifest = UnsealedManifest.model_validate(
        {**document, "schema": schema, "version": version, "holdout_predictions": stored, **given}
    )
    cloud.artifacts.put(keys.manifest("iris", version), seal(cloud, manifest))


def compare_labels(
    *, rows: int = 300, first: dict[str, Any] | None = None, second: dict[str, Any] | None = None
) -> VersionComparison:
    """Return a comparison of two versions with these fields in their manifests, of which the second is better."""
    cloud = memory_cloud()
    publish(cloud, 1, write_rows(label_rows(rows, right=0.6)), **(first or {}))
    publish(cloud, 2, write_rows(label_rows(rows, right=0.9)), **(second or {}))
    return compare_versions(cloud, "iris", 1, 2)


def compare_numbers() -> VersionComparison:
    """Return a comparison of two regressors, of which the second is better."""
    cloud = memory_cloud()
    publish(cloud, 1, write_rows(number_rows(300, spread=3.0, seed=1), None), **REGRESSION)
    publish(cloud, 2, write_rows(number_rows(300, spread=2.0, seed=2), None), **REGRESSION)
    return compare_versions(cloud, "iris", 1, 2)


REGRESSION: dict[str, Any] = {
    "task": "regression",
    "schema": {"labels": None, "task": "regression"},
    "metrics": {"r2": 0.5, "mae": 1.0, "rmse": 1.5, "holdout_rows": 300},
}
"""Fields of the manifest of a regressor."""
