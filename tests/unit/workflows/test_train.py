"""A training from upload to version, and its state after a kill at any write."""

import gzip
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import joblib
import pytest

from mini_ml import keys
from mini_ml.contracts import (
    Candidate,
    EnsembleMember,
    FileReport,
    RegressionMetrics,
    Threshold,
    TrainingProgress,
    TrainResult,
    Upload,
)
from mini_ml.errors import StorageUnavailable
from mini_ml.jobs import control
from mini_ml.jobs.lease import JobLease
from mini_ml.ml.model import artifact, packing
from mini_ml.ml.training.train import train
from mini_ml.ml.training.trained import Trained
from mini_ml.registry import aliases, versions
from mini_ml.registry.sealing import is_sealed
from mini_ml.topology import Limits
from mini_ml.workflows import train as workflow
from mini_ml.workflows.model_cache import ModelCache
from mini_ml.workflows.train import train_upload
from tests.unit.workflows.memory_platform import Killed, MemoryPlatform

WRITES_OF_A_TRAINING = 14


def train_with(**changes: Any) -> Callable[..., Trained]:
    """Return a function that trains, and returns the result with changed fields."""

    def train_and_change(*args: Any, **named: Any) -> Trained:
        return replace(train(*args, **named), **changes)

    return train_and_change


def test_an_upload_becomes_a_published_version(platform: MemoryPlatform) -> None:
    job = platform.train()
    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)
    assert (job.state, job.version) == ("succeeded", 1)
    assert manifest.job_id == job.job_id
    assert is_sealed(platform.cloud, platform.cloud.artifacts.get(keys.manifest("shop", 1)).body)
    assert isinstance(job.metrics, RegressionMetrics)


def test_the_manifest_names_the_exact_dataset_and_artifact(platform: MemoryPlatform) -> None:
    platform.train()
    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)
    dataset = platform.cloud.uploads.get(manifest.dataset.key, version_id=manifest.dataset.version_id)
    model = platform.cloud.artifacts.get(manifest.artifact.key, version_id=manifest.artifact.version_id)
    assert len(dataset.body) == manifest.dataset.bytes
    assert len(model.body) == manifest.artifact.size


def test_the_manifest_and_the_job_say_how_the_file_was_read(platform: MemoryPlatform) -> None:
    job = platform.train()

    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)

    assert isinstance(job.result, TrainResult)
    assert job.file == manifest.file == FileReport()
    assert job.result.rejects_uri is None


def test_the_predictions_of_the_holdout_rows_lie_beside_the_artifact(
    platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = gzip.compress(b"row,prediction\n3,1.5\n")
    monkeypatch.setattr(workflow, "train", train_with(holdout_predictions=packed))

    platform.train()

    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)
    named = manifest.holdout_predictions
    assert named is not None
    assert named.key.rpartition("/")[0] == manifest.artifact.key.rpartition("/")[0]
    assert platform.cloud.artifacts.get(named.key, version_id=named.version_id).body == packed
    assert (named.sha256, named.size) == (hashlib.sha256(packed).hexdigest(), len(packed))
    assert named.unpacked_size == 21


def test_without_holdout_rows_there_are_no_predictions_of_them(
    platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "train", train_with(holdout_predictions=None))

    platform.train()

    names = [key.rpartition("/")[2] for key in platform.cloud.artifacts.list_keys("models/shop/artifacts/")]
    assert versions.load_manifest(platform.cloud.artifacts, "shop", 1).holdout_predictions is None
    assert keys.HOLDOUT_PREDICTIONS not in names


def test_the_manifest_says_how_the_model_was_chosen(platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: dict[str, Any] = {
        "model_type": "ensemble",
        "model_params": {},
        "members": (EnsembleMember(model_type="Ridge", model_params={"alpha": 1.0}, weight=1.0),),
        "candidates": (Candidate(model_type="Ridge", metric="r2", score=0.5, weight=1.0),),
        "threshold": Threshold(label="yes", probability=0.4, f1=0.9),
        "refitted": True,
    }
    monkeypatch.setattr(workflow, "train", train_with(**chosen))

    job = platform.train()

    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)
    assert {name: getattr(manifest, name) for name in chosen} == chosen
    assert job.candidates == manifest.candidates


@pytest.mark.parametrize(
    ("options", "columns"),
    [({}, {}), ({"time_column": "size", "group_column": "colour"}, {"time_column": "size", "group_column": "colour"})],
)
def test_the_split_says_by_which_columns_it_was_made_and_whether_the_model_was_refitted(
    options: dict[str, Any], columns: dict[str, str], platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "train", train_with(refitted=True))

    job = platform.train(**options)

    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)
    split = json.loads(platform.cloud.artifacts.get(keys.artifact("shop", job.job_id, 1, "split.json")).body)
    assert len(split.pop("holdout_rows")) == manifest.dataset.holdout_rows
    assert split == {"rows": 40, "seed": 0, "refitted": True, **columns}


def test_the_manifest_says_how_large_a_compressed_model_is_in_memory(
    platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_MIN_BYTES", 1)
    platform.put("train/shop/rows.csv", model_type="RandomForestRegressor")
    platform.work()

    manifest = versions.load_manifest(platform.cloud.artifacts, "shop", 1)
    loaded = ModelCache(platform.cloud, workdir=platform.workdir).version("shop", 1)

    assert manifest.plan
    assert manifest.artifact.memory_bytes > 2 * manifest.artifact.size
    assert manifest.plan.memory_bytes > 2 * manifest.plan.size
    assert loaded.model.schema == manifest.model_schema


def test_a_training_uses_the_threads_of_its_worker(platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []

    def record_threads(*args: Any, threads: int, **named: Any) -> Trained:
        given.append(threads)
        return train(*args, threads=threads, **named)

    monkeypatch.setattr(workflow, "train", record_threads)
    train_upload(
        platform.cloud, platform.put("train/shop/rows.csv", model_type="Ridge"), workdir=platform.workdir, threads=3
    )

    assert given == [3]


def test_the_job_says_how_far_its_training_is(platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The heartbeat runs after each report, and what it wrote is read back."""
    read: list[TrainingProgress | None] = []
    note = JobLease.report

    def note_and_tick(lease: JobLease, training: TrainingProgress) -> None:
        note(lease, training)
        platform.cloud.every.tick()
        read.append(platform.job_of(upload).progress.training)

    def report_two_candidates(*args: Any, report: Callable[[TrainingProgress], None], **named: Any) -> Trained:
        trained = train(*args, **named)
        for done in range(3):
            report(TrainingProgress(stage="comparing", candidates_done=done, candidates=2, best_score=done / 2))
        return trained

    monkeypatch.setattr(JobLease, "report", note_and_tick)
    monkeypatch.setattr(workflow, "train", report_two_candidates)
    upload = platform.put("train/shop/rows.csv", model_type="Ridge")
    platform.work()

    assert [(now.stage, now.candidates_done, now.best_score) for now in read if now] == [
        ("reading", 0, None),
        ("comparing", 0, 0.0),
        ("comparing", 1, 0.5),
        ("comparing", 2, 1.0),
        ("storing", 2, 1.0),
    ]
    assert platform.job_of(upload).progress.training is None


def test_the_version_of_the_event_is_read_even_if_a_newer_version_exists(platform: MemoryPlatform) -> None:
    first = platform.put("train/shop/rows.csv", model_type="Ridge")
    second = platform.put("train/shop/rows.csv", b"a,b\n" + b"1,2\n3,5\n4,7\n9,9\n" * 5, model_type="Ridge")
    platform.work()
    read = [versions.load_manifest(platform.cloud.artifacts, "shop", number).dataset for number in (1, 2)]
    assert [dataset.version_id for dataset in read] == [first.version_id, second.version_id]
    assert [dataset.bytes for dataset in read] == [first.size, second.size]


def test_a_duplicate_event_publishes_no_second_version(platform: MemoryPlatform) -> None:
    upload = platform.put("train/shop/rows.csv", model_type="Ridge")
    platform.cloud.queues["train"].messages.append(upload)
    platform.work()
    assert versions.find_newest(platform.cloud.artifacts, "shop") == 1


def test_an_invalid_dataset_fails_its_job_and_leaves_nothing(platform: MemoryPlatform) -> None:
    job = platform.train(body=b"\x1f\x8b\x08\x00 not a csv")
    assert (job.state, job.failure and job.failure.code) == ("failed", "invalid_dataset")
    assert list(platform.cloud.artifacts.list_keys("models/")) == []


def test_a_failed_training_does_not_change_the_served_model(platform: MemoryPlatform) -> None:
    platform.train()
    assert platform.train(target_column="nothing").state == "failed"
    assert aliases.resolve(platform.cloud.artifacts, "shop", "latest") == 1


def test_a_file_above_the_limit_is_rejected_before_it_is_read(platform: MemoryPlatform) -> None:
    platform.cloud = replace(platform.cloud, stage=replace(platform.cloud.stage, limits=Limits(upload_bytes=100)))
    platform.cloud.uploads.before = _forbid_downloads
    job = platform.train()
    assert (job.state, job.failure and job.failure.code) == ("failed", "limit_exceeded")


def _forbid_downloads(method: str, key: str) -> None:
    assert method != "download"


def test_the_training_makes_as_many_writes_as_the_kill_tests_count(platform: MemoryPlatform) -> None:
    assert platform.count_writes(platform.train) == WRITES_OF_A_TRAINING


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES_OF_A_TRAINING + 1))
def test_a_kill_at_any_write_loses_and_duplicates_nothing(platform: MemoryPlatform, write: int, before: bool) -> None:
    upload = platform.put("train/shop/rows.csv", model_type="Ridge")
    platform.kill_at(write, before=before)
    with suppress(Killed):
        platform.work()
    platform.recover()
    assert platform.job_of(upload).state == "succeeded"
    assert versions.find_newest(platform.cloud.artifacts, "shop") == 1
    assert list(platform.cloud.artifacts.list_keys(keys.OPEN_JOBS)) == []
    assert {event.type for event in platform.cloud.events.events} == {"job.succeeded"}


def test_a_worker_killed_at_every_attempt_fails_its_job(platform: MemoryPlatform) -> None:
    upload = platform.put("train/shop/rows.csv", model_type="Ridge")
    _kill_workers(platform, upload, writes=(5, 2, 2))
    platform.recover()
    job = platform.job_of(upload)
    assert (job.state, job.failure and job.failure.code) == ("failed", "worker_lost")
    assert versions.find_newest(platform.cloud.artifacts, "shop") == 0


def test_a_version_published_by_the_last_attempt_makes_its_job_succeed(platform: MemoryPlatform) -> None:
    upload = platform.put("train/shop/rows.csv", model_type="Ridge")
    _kill_workers(platform, upload, writes=(5, 2, 9))
    platform.recover()
    job = platform.job_of(upload)
    assert versions.find_newest(platform.cloud.artifacts, "shop") == 1
    assert (job.state, job.version, job.failure) == ("succeeded", 1, None)


def _kill_workers(platform: MemoryPlatform, upload: Upload, *, writes: tuple[int, int, int]) -> None:
    """Use up all attempts: each is killed before one of its writes."""
    for write in writes:
        platform.kill_at(write, before=True)
        with suppress(Killed):
            platform.work()
        platform.cloud.artifacts.before = lambda method, key: None
        platform.clock.forward(600)
        platform.cloud.queues["train"].messages.append(upload)


def test_a_retried_training_publishes_the_model_that_its_manifest_names(
    platform: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = platform.put("train/shop/rows.csv", model_type="Ridge")
    platform.cloud.artifacts.before = _reject_manifests
    for _ in range(platform.cloud.stage.attempts):
        with suppress(StorageUnavailable):
            train_upload(platform.cloud, upload, workdir=platform.workdir)
    platform.cloud.artifacts.before = lambda method, key: None

    # No two processes pickle the same model into the same bytes: the order of sets is random.
    monkeypatch.setattr(artifact, "dump", lambda model, path: joblib.dump(model, path, compress=1))
    control.retry(platform.cloud, platform.job_of(upload).job_id)
    platform.work()

    assert ModelCache(platform.cloud, workdir=platform.workdir).version("shop", 1).manifest.version == 1


def _reject_manifests(method: str, key: str) -> None:
    if method == "put_new" and key.startswith(keys.versions("shop")):
        raise StorageUnavailable("away")
