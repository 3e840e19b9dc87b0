"""A training from upload to version, and its state after a kill at any write."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import joblib
import pytest

from mini_ml import keys
from mini_ml.contracts import RegressionMetrics, Upload
from mini_ml.errors import StorageUnavailable
from mini_ml.jobs import control
from mini_ml.ml.model import artifact, packing
from mini_ml.ml.training.train import Trained, train
from mini_ml.registry import aliases, versions
from mini_ml.registry.sealing import is_sealed
from mini_ml.topology import Limits
from mini_ml.workflows import train as workflow
from mini_ml.workflows.model_cache import ModelCache
from mini_ml.workflows.train import train_upload
from tests.unit.workflows.memory_platform import Killed, MemoryPlatform

WRITES_OF_A_TRAINING = 11


def test_an_upload_becomes_a_published_version(world: MemoryPlatform) -> None:
    job = world.train()
    manifest = versions.load_manifest(world.cloud.artifacts, "shop", 1)
    assert (job.state, job.version) == ("succeeded", 1)
    assert manifest.job_id == job.job_id
    assert is_sealed(world.cloud, world.cloud.artifacts.get(keys.manifest("shop", 1)).body)
    assert isinstance(job.metrics, RegressionMetrics)


def test_the_manifest_names_the_exact_dataset_and_artifact(world: MemoryPlatform) -> None:
    world.train()
    manifest = versions.load_manifest(world.cloud.artifacts, "shop", 1)
    dataset = world.cloud.uploads.get(manifest.dataset.key, version_id=manifest.dataset.version_id)
    model = world.cloud.artifacts.get(manifest.artifact.key, version_id=manifest.artifact.version_id)
    assert len(dataset.body) == manifest.dataset.bytes
    assert len(model.body) == manifest.artifact.size


def test_the_manifest_says_how_large_a_compressed_model_is_in_memory(
    world: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_MIN_BYTES", 1)
    world.put("train/shop/rows.csv", model_type="RandomForestRegressor")
    world.work()

    manifest = versions.load_manifest(world.cloud.artifacts, "shop", 1)
    loaded = ModelCache(world.cloud, workdir=world.workdir).version("shop", 1)

    assert manifest.plan
    assert manifest.artifact.memory_bytes > 2 * manifest.artifact.size
    assert manifest.plan.memory_bytes > 2 * manifest.plan.size
    assert loaded.model.schema == manifest.model_schema


def test_a_training_uses_the_threads_of_its_worker(world: MemoryPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []

    def record_threads(*args: Any, threads: int, **named: Any) -> Trained:
        given.append(threads)
        return train(*args, threads=threads, **named)

    monkeypatch.setattr(workflow, "train", record_threads)
    train_upload(world.cloud, world.put("train/shop/rows.csv", model_type="Ridge"), workdir=world.workdir, threads=3)

    assert given == [3]


def test_the_version_of_the_event_is_read_even_if_a_newer_version_exists(world: MemoryPlatform) -> None:
    first = world.put("train/shop/rows.csv", model_type="Ridge")
    second = world.put("train/shop/rows.csv", b"a,b\n" + b"1,2\n3,5\n4,7\n9,9\n" * 5, model_type="Ridge")
    world.work()
    read = [versions.load_manifest(world.cloud.artifacts, "shop", number).dataset for number in (1, 2)]
    assert [dataset.version_id for dataset in read] == [first.version_id, second.version_id]
    assert [dataset.bytes for dataset in read] == [first.size, second.size]


def test_a_duplicate_event_publishes_no_second_version(world: MemoryPlatform) -> None:
    upload = world.put("train/shop/rows.csv", model_type="Ridge")
    world.cloud.queues["train"].messages.append(upload)
    world.work()
    assert versions.find_newest(world.cloud.artifacts, "shop") == 1


def test_an_invalid_dataset_fails_its_job_and_leaves_nothing(world: MemoryPlatform) -> None:
    job = world.train(body=b"\x1f\x8b\x08\x00 not a csv")
    assert (job.state, job.failure and job.failure.code) == ("failed", "invalid_dataset")
    assert list(world.cloud.artifacts.list_keys("models/")) == []


def test_a_failed_training_does_not_change_the_served_model(world: MemoryPlatform) -> None:
    world.train()
    assert world.train(target_column="nothing").state == "failed"
    assert aliases.resolve(world.cloud.artifacts, "shop", "latest") == 1


def test_a_file_above_the_limit_is_rejected_before_it_is_read(world: MemoryPlatform) -> None:
    world.cloud = replace(world.cloud, stage=replace(world.cloud.stage, limits=Limits(upload_bytes=100)))
    world.cloud.uploads.before = _forbid_downloads
    job = world.train()
    assert (job.state, job.failure and job.failure.code) == ("failed", "limit_exceeded")


def _forbid_downloads(method: str, key: str) -> None:
    assert method != "download"


def test_the_training_makes_as_many_writes_as_the_kill_tests_count(world: MemoryPlatform) -> None:
    assert world.count_writes(world.train) == WRITES_OF_A_TRAINING


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("write", range(1, WRITES_OF_A_TRAINING + 1))
def test_a_kill_at_any_write_loses_and_duplicates_nothing(world: MemoryPlatform, write: int, before: bool) -> None:
    upload = world.put("train/shop/rows.csv", model_type="Ridge")
    world.kill_at(write, before=before)
    with suppress(Killed):
        world.work()
    world.recover()
    assert world.job_of(upload).state == "succeeded"
    assert versions.find_newest(world.cloud.artifacts, "shop") == 1
    assert list(world.cloud.artifacts.list_keys(keys.OPEN_JOBS)) == []


def test_a_worker_killed_at_every_attempt_fails_its_job(world: MemoryPlatform) -> None:
    upload = world.put("train/shop/rows.csv", model_type="Ridge")
    _kill_workers(world, upload, writes=(5, 2, 2))
    world.recover()
    job = world.job_of(upload)
    assert (job.state, job.failure and job.failure.code) == ("failed", "worker_lost")
    assert versions.find_newest(world.cloud.artifacts, "shop") == 0


def test_a_version_published_by_the_last_attempt_makes_its_job_succeed(world: MemoryPlatform) -> None:
    upload = world.put("train/shop/rows.csv", model_type="Ridge")
    _kill_workers(world, upload, writes=(5, 2, 7))
    world.recover()
    job = world.job_of(upload)
    assert versions.find_newest(world.cloud.artifacts, "shop") == 1
    assert (job.state, job.version, job.failure) == ("succeeded", 1, None)


def _kill_workers(world: MemoryPlatform, upload: Upload, *, writes: tuple[int, int, int]) -> None:
    """Use up all attempts: each is killed before one of its writes."""
    for write in writes:
        world.kill_at(write, before=True)
        with suppress(Killed):
            world.work()
        world.cloud.artifacts.before = lambda method, key: None
        world.clock.forward(600)
        world.cloud.queues["train"].messages.append(upload)


def test_a_retried_training_publishes_the_model_that_its_manifest_names(
    world: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = world.put("train/shop/rows.csv", model_type="Ridge")
    world.cloud.artifacts.before = _reject_manifests
    for _ in range(world.cloud.stage.attempts):
        with suppress(StorageUnavailable):
            train_upload(world.cloud, upload, workdir=world.workdir)
    world.cloud.artifacts.before = lambda method, key: None

    # No two processes pickle the same model into the same bytes: the order of sets is random.
    monkeypatch.setattr(artifact, "dump", lambda model, path: joblib.dump(model, path, compress=1))
    control.retry(world.cloud, world.job_of(upload).job_id)
    world.work()

    assert ModelCache(world.cloud, workdir=world.workdir).version("shop", 1).manifest.version == 1


def _reject_manifests(method: str, key: str) -> None:
    if method == "put_new" and key.startswith(keys.versions("shop")):
        raise StorageUnavailable("away")
