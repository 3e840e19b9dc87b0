"""What a training stored suffices to measure its model again, with exactly the same metrics."""

import json
from pathlib import Path

import numpy as np
import pytest

from mini_ml import keys
from mini_ml.contracts import Artifact, Manifest, TrainOptions
from mini_ml.ml.training.holdout_evaluation import evaluate_on_holdout
from mini_ml.ml.training.holdout_predictions import HoldoutPredictions, read_holdout_predictions
from mini_ml.ml.training.prepare import ParsedDataset, read_dataset
from mini_ml.registry import versions
from mini_ml.workflows.model_cache import ModelCache
from tests.unit.workflows.memory_platform import ROWS, MemoryPlatform

MEASURED = pytest.mark.parametrize(
    "metadata",
    [
        {"model_type": "Ridge"},
        {"model_type": "RandomForestRegressor"},
        {"model_type": "LogisticRegression", "target_column": "colour"},
        {"model_type": "LinearSVC", "target_column": "colour"},
        {"model_type": "auto", "target_column": "colour", "refit": "false"},
        {"model_type": "Ridge", "time_column": "size"},
        {"model_type": "Ridge", "group_column": "colour"},
    ],
    ids=lambda metadata: ",".join(metadata.values()),
)


def train(platform: MemoryPlatform, metadata: dict[str, str]) -> Manifest:
    platform.put("train/shop/rows.csv", ROWS, **metadata)
    platform.work()
    return versions.load_manifest(platform.cloud.artifacts, "shop", 1)


def read_again(platform: MemoryPlatform, manifest: Manifest, path: Path) -> ParsedDataset:
    """Read the dataset of a version with the options of its job."""
    stored = manifest.dataset
    path.write_bytes(platform.cloud.uploads.get(stored.key, version_id=stored.version_id).body)
    job = json.loads(platform.cloud.artifacts.get(keys.job(manifest.job_id)).body)
    options = TrainOptions.model_validate(job["train"])
    return read_dataset(path, options, limits=platform.cloud.stage.training_limits, seed=manifest.seed)


def load_predictions(platform: MemoryPlatform, manifest: Manifest) -> HoldoutPredictions:
    named = manifest.holdout_predictions
    assert isinstance(named, Artifact)
    body = platform.cloud.artifacts.get(named.key, version_id=named.version_id).body
    return read_holdout_predictions(body, manifest.model_schema.labels)


@MEASURED
def test_the_stored_model_has_exactly_the_metrics_of_its_manifest(
    metadata: dict[str, str], platform: MemoryPlatform, tmp_path: Path
) -> None:
    manifest = train(platform, metadata)
    model = ModelCache(platform.cloud, workdir=tmp_path).version("shop", 1).model

    again = evaluate_on_holdout(model, read_again(platform, manifest, tmp_path / "again.csv"))

    assert not manifest.refitted
    assert again.metrics == manifest.metrics


@MEASURED
def test_the_stored_split_and_predictions_are_of_the_rows_that_were_held_out(
    metadata: dict[str, str], platform: MemoryPlatform, tmp_path: Path
) -> None:
    manifest = train(platform, metadata)
    dataset = read_again(platform, manifest, tmp_path / "again.csv")
    split = json.loads(platform.cloud.artifacts.get(keys.artifact("shop", manifest.job_id, 1, "split.json")).body)

    stored = load_predictions(platform, manifest)

    assert stored.rows.tolist() == split["holdout_rows"] == dataset.split.holdout.tolist()
    assert np.array_equal(stored.target, dataset.split.holdout_target)
    assert set(split["holdout_rows"]).isdisjoint(dataset.split.training.tolist())
