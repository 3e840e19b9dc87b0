"""Jobs and manifests that an earlier release stored are read, and the fields that they lack have their defaults."""

import gzip
import json
from base64 import b64decode
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from mini_ml.contracts import ClassificationMetrics, Manifest, Progress, RegressionMetrics, TrainOptions, Upload
from mini_ml.jobs import control, store
from mini_ml.registry import versions
from mini_ml.registry.sealing import load_verified_manifest
from mini_ml.workflows.train import train_upload

RECORD: dict[str, Any] = json.loads(
    gzip.decompress((Path(__file__).parents[2] / "fixtures" / "documents-8fac7bc.json.gz").read_bytes())
)
"""What commit 8fac7bc stored: the documents in the artifacts bucket, and the id of each job by what became of it."""
JOBS: dict[str, str] = RECORD["jobs"]
NEW_OPTIONS = ("effort", "refit", "time_column", "group_column")
NEW_FIELDS = ("members", "threshold", "refitted", "holdout_predictions", "profile")


@pytest.fixture
def earlier() -> MemoryCloud:
    """A cloud with the documents as that commit left them."""
    cloud = memory_cloud()
    for key, stored in RECORD["objects"].items():
        cloud.artifacts.new_version_id = partial(str, stored["version_id"])
        cloud.artifacts.put(key, b64decode(stored["body"]))
    return cloud


def stored_at(cloud: MemoryCloud, key: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cloud.artifacts.get(key).body)
    return found


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("trained", "succeeded"),
        ("named", "succeeded"),
        ("failed", "failed"),
        ("predicted", "succeeded"),
        ("queued", "queued"),
    ],
)
def test_a_job_of_an_earlier_release_is_read(earlier: MemoryCloud, name: str, state: str) -> None:
    job = store.read(earlier, JOBS[name])

    assert "candidates" not in stored_at(earlier, keys.job(JOBS[name]))
    assert (job.state, job.candidates, job.progress.training) == (state, (), None)


@pytest.mark.parametrize("name", ["trained", "named", "failed", "queued"])
def test_the_options_that_a_training_of_an_earlier_release_lacks_have_their_defaults(
    earlier: MemoryCloud, name: str
) -> None:
    options = store.read(earlier, JOBS[name]).train

    assert set(NEW_OPTIONS).isdisjoint(stored_at(earlier, keys.job(JOBS[name]))["train"])
    assert options is not None
    assert [getattr(options, option) for option in NEW_OPTIONS] == ["balanced", False, None, None]


@pytest.mark.parametrize(("model_name", "kind"), [("iris", ClassificationMetrics), ("flowers", RegressionMetrics)])
def test_a_manifest_of_an_earlier_release_is_read_and_its_seal_verifies(
    earlier: MemoryCloud, model_name: str, kind: type
) -> None:
    manifest = load_verified_manifest(earlier, model_name, 1)

    assert set(NEW_FIELDS).isdisjoint(stored_at(earlier, keys.manifest(model_name, 1)))
    assert [getattr(manifest, field) for field in NEW_FIELDS] == [(), None, False, None, None]
    assert isinstance(manifest.metrics, kind)
    assert (manifest.metrics.baseline, manifest.metrics.intervals) == ({}, {})


def test_the_candidates_of_an_earlier_release_have_types_and_scores(earlier: MemoryCloud) -> None:
    manifest = versions.load_manifest(earlier.artifacts, "iris", 1)

    assert [(one.model_type, one.metric, one.weight, one.fit_seconds) for one in manifest.candidates] == [
        ("LogisticRegression", "f1_macro", None, None),
        ("RandomForestClassifier", "f1_macro", None, None),
        ("HistGradientBoostingClassifier", "f1_macro", None, None),
    ]
    assert all(one.score is not None and one.score > 0.9 for one in manifest.candidates)


def test_a_manifest_of_an_earlier_release_keeps_its_meaning_when_it_is_written_again(earlier: MemoryCloud) -> None:
    manifest = versions.load_manifest(earlier.artifacts, "iris", 1)

    assert Manifest.model_validate_json(manifest.model_dump_json()) == manifest


def test_a_job_that_an_earlier_release_queued_is_trained_by_this_one(earlier: MemoryCloud, tmp_path: Path) -> None:
    key = store.read(earlier, JOBS["queued"]).upload.key
    rows = b"size,price\n" + b"".join(b"%d,%d\n" % (17 * n % 41, 3 * n) for n in range(40))
    head = earlier.uploads.put(key, rows, metadata={"job-id": JOBS["queued"]})
    upload = Upload(bucket=earlier.uploads.bucket, key=key, version_id=head.version_id, size=head.size)

    train_upload(earlier, upload, workdir=tmp_path)

    job = store.read(earlier, JOBS["queued"])
    assert (job.state, job.version, job.train) == ("succeeded", 2, TrainOptions())
    assert job.progress == Progress(rows_done=40, bytes_done=len(rows), bytes_total=len(rows))


def test_a_failed_job_of_an_earlier_release_can_be_retried(earlier: MemoryCloud) -> None:
    key = store.read(earlier, JOBS["failed"]).upload.key
    earlier.uploads.put(key, b"a,b\n1,2\n", metadata={"job-id": JOBS["failed"]})

    assert control.retry(earlier, JOBS["failed"]).state == "queued"
