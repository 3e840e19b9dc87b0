"""Versions of real trainings are compared by what their trainers stored."""

from collections.abc import Iterator
from random import Random

import pytest

from mini_ml.contracts import Manifest, VersionComparison
from mini_ml.ml.training.holdout_predictions import HoldoutPredictions, read_holdout_predictions
from mini_ml.registry import versions
from mini_ml.registry.comparison import compare_versions
from tests.unit.workflows.memory_platform import MemoryPlatform


def write_rows(count: int, *, seed: int = 0) -> bytes:
    """Return a file of which `colour` and `price` depend on `size`, and a little on `weight`."""

    def lines() -> Iterator[str]:
        random = Random(seed)
        yield "size,weight,colour,price"
        for _ in range(count):
            size, weight = random.gauss(0, 1), random.gauss(0, 1)
            colour = "red" if size + 0.5 * weight + random.gauss(0, 0.5) > 0 else "blue"
            yield f"{size:.6f},{weight:.6f},{colour},{3 * size + weight + random.gauss(0, 0.5):.4f}"

    return "\n".join(lines()).encode()


def train(platform: MemoryPlatform, body: bytes, target: str, **options: str) -> None:
    platform.put("train/shop/rows.csv", body, target_column=target, **options)
    platform.work()


def compare(platform: MemoryPlatform) -> VersionComparison:
    return compare_versions(platform.cloud, "shop", 1, 2)


def load(platform: MemoryPlatform, version: int) -> tuple[Manifest, HoldoutPredictions]:
    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", version)
    named = manifest.holdout_predictions
    assert named is not None
    body = platform.cloud.artifacts.get(named.key, version_id=named.version_id).body
    return manifest, read_holdout_predictions(body, manifest.model_schema.labels)


@pytest.mark.parametrize(
    ("target", "model_type", "dropped", "metrics"),
    [
        ("colour", "LogisticRegression", "price", ("log_loss", "accuracy")),
        ("price", "Ridge", "colour", ("rmse", "mae")),
    ],
)
def test_on_the_same_rows_the_values_are_the_metrics_of_both_manifests(
    platform: MemoryPlatform, target: str, model_type: str, dropped: str, metrics: tuple[str, str]
) -> None:
    body = write_rows(1_500)
    train(platform, body, target, model_type=model_type, columns_to_drop=f"weight,{dropped}")
    train(platform, body, target, model_type=model_type, columns_to_drop=dropped)

    found = compare(platform)

    measured = [load(platform, version)[0].metrics for version in (1, 2)]
    assert (found.verdict, found.common_rows) == ("better", measured[0].holdout_rows)
    assert [one.metric for one in found.differences] == list(metrics)
    for one in found.differences:
        assert one.values == pytest.approx(tuple(dict(each)[one.metric] for each in measured), rel=1e-6)


def test_a_longer_file_shares_the_rows_that_both_trainings_held_out(platform: MemoryPlatform) -> None:
    rows = write_rows(4_000).splitlines(keepends=True)
    train(platform, b"".join(rows[:3_001]), "colour", model_type="LogisticRegression")
    train(platform, b"".join(rows), "colour", model_type="LogisticRegression")

    found = compare(platform)

    digests = [set(load(platform, version)[1].digests.tolist()) for version in (1, 2)]
    assert found.common_rows == len(digests[0] & digests[1])
    assert {note.code for note in found.notes} == {"other_rows"}


def test_a_classifier_without_probabilities_is_compared_by_its_accuracy(platform: MemoryPlatform) -> None:
    body = write_rows(1_500)
    train(platform, body, "colour", model_type="LinearSVC")
    train(platform, body, "colour", model_type="LogisticRegression")

    assert [one.metric for one in compare(platform).differences] == ["accuracy"]


def test_a_version_that_was_fitted_again_is_compared_as_it_was_measured(platform: MemoryPlatform) -> None:
    body = write_rows(1_500)
    train(platform, body, "colour", model_type="LogisticRegression")
    train(platform, body, "colour", model_type="LogisticRegression", refit="true")

    found = compare(platform)

    assert (found.verdict, [note.code for note in found.notes]) == ("no_difference", ["refitted"])


def test_rows_that_were_held_out_in_groups_are_said(platform: MemoryPlatform) -> None:
    rows = write_rows(1_500).splitlines()
    body = b"\n".join([b"shop," + rows[0], *(b"s%d,%s" % (place % 60, row) for place, row in enumerate(rows[1:]))])
    train(platform, body, "colour", model_type="LogisticRegression", group_column="shop")
    train(platform, body, "colour", model_type="LogisticRegression", group_column="shop")

    found = compare(platform)

    assert found.common_rows >= 200
    assert [note.code for note in found.notes] == ["grouped_rows", "grouped_rows"]
