"""An upload that S3 does not return fails its job at once, and the error says what to do."""

from pathlib import Path

import pytest

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud
from mini_ml.contracts import TrainOptions, Upload
from mini_ml.errors import ObjectUnreadable, StorageUnavailable, UnreadableCause, UploadUnreadable
from mini_ml.jobs import control, intake, store, submit, sweep
from mini_ml.jobs.job import Job
from mini_ml.workflows.train import train_upload
from tests.unit.workflows.memory_platform import MemoryPlatform
from tests.unit.workflows.story import Clock, put_upload

HINTS: list[tuple[UnreadableCause, str]] = [
    ("archived", "restore-object"),
    ("denied", "--acl bucket-owner-full-control"),
    ("encrypted", "without `--sse-kms-key-id`"),
]


def only_job(cloud: MemoryCloud, kind: str = "train") -> Job:
    """Return the only job of a kind."""
    jobs = [store.load(cloud, keys.job_id_in_index(key)).job for key in cloud.artifacts.list_keys(keys.JOBS_BY_TIME)]
    [job] = [job for job in jobs if job.kind == kind]
    return job


def train(cloud: MemoryCloud, upload: Upload, folder: Path) -> Job:
    train_upload(cloud, upload, workdir=folder)
    return only_job(cloud)


@pytest.mark.parametrize(("cause", "hint"), HINTS)
def test_a_training_fails_at_its_first_attempt_and_says_what_to_do(
    cloud: MemoryCloud, tmp_path: Path, cause: UnreadableCause, hint: str
) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    cloud.uploads.unreadable[upload.key] = cause

    job = train(cloud, upload, tmp_path)

    assert (job.state, job.failure and job.failure.code) == ("failed", "upload_unreadable")
    assert job.attempt <= 1
    assert job.failure is not None
    assert [issue.parameter for issue in job.failure.errors] == ["key"]
    assert hint in str(job.failure.errors[0].hint)
    assert list(cloud.artifacts.list_keys(keys.OPEN_JOBS)) == []


@pytest.mark.parametrize("cause", ["archived", "denied", "encrypted"])
def test_a_batch_fails_at_its_first_attempt(platform: MemoryPlatform, cause: UnreadableCause) -> None:
    platform.train()
    upload = platform.put("predict/shop/new.csv")
    platform.cloud.uploads.unreadable[upload.key] = cause

    platform.work()

    job = platform.job_of(upload)
    assert (job.state, job.failure and job.failure.code) == ("failed", "upload_unreadable")


def test_an_archived_upload_can_be_retried_once_it_is_restored(cloud: MemoryCloud, tmp_path: Path) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    cloud.uploads.unreadable[upload.key] = "archived"
    failed = train(cloud, upload, tmp_path)

    cloud.uploads.unreadable.clear()
    control.retry(cloud, failed.job_id)

    assert train(cloud, upload, tmp_path).failure != failed.failure


def test_a_second_event_of_an_unreadable_upload_changes_nothing(cloud: MemoryCloud, tmp_path: Path) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    cloud.uploads.unreadable[upload.key] = "encrypted"

    first, second = train(cloud, upload, tmp_path), train(cloud, upload, tmp_path)

    assert first == second


def test_a_form_upload_that_cannot_be_looked_at_fails_the_job_that_its_key_names(
    cloud: MemoryCloud, tmp_path: Path
) -> None:
    job = submit.submit_train(cloud, model_name="m", options=TrainOptions(), filename="a.csv", body=b"a,b\n1,2\n")
    cloud.uploads.unreadable[job.upload.key] = "denied"

    ended = train(cloud, cloud.queues["train"].messages[0], tmp_path)

    assert ended.job_id == job.job_id
    assert (ended.state, ended.failure and ended.failure.code) == ("failed", "upload_unreadable")


def test_the_sweep_fails_the_job_of_an_upload_that_cannot_be_looked_at_and_goes_on(
    cloud: MemoryCloud, clock: Clock
) -> None:
    first, second = (
        submit.submit_train(cloud, model_name="m", options=TrainOptions(), filename="a.csv", body=b"a,b\n1,2\n")
        for _ in range(2)
    )
    cloud.uploads.unreadable[first.upload.key] = "encrypted"
    cloud.queues["train"].messages.clear()
    clock.forward(cloud.stage.requeue_after_seconds + 1)

    sweep.sweep(cloud)

    ended = store.read(cloud, first.job_id)
    assert (ended.state, ended.failure and ended.failure.code) == ("failed", "upload_unreadable")
    assert [message.key for message in cloud.queues["train"].messages] == [second.upload.key]


def test_the_sweep_announces_an_orphaned_upload_that_cannot_be_looked_at_until_it_has_a_job(
    cloud: MemoryCloud, clock: Clock, tmp_path: Path
) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    cloud.uploads.unreadable[upload.key] = "denied"
    cloud.queues["train"].messages.clear()
    clock.forward(cloud.stage.requeue_after_seconds + 1)

    sweep.sweep(cloud)
    [announced] = cloud.queues["train"].messages
    train(cloud, announced, tmp_path)

    assert intake.has_job(cloud, announced)


def test_a_retry_of_an_upload_that_cannot_be_looked_at_is_rejected_with_what_to_do(cloud: MemoryCloud) -> None:
    job = submit.submit_train(cloud, model_name="m", options=TrainOptions(), filename="a.csv", body=b"a,b\n1,2\n")
    control.cancel(cloud, job.job_id)
    cloud.uploads.unreadable[job.upload.key] = "encrypted"

    with pytest.raises(UploadUnreadable, match="encrypted with a key that the platform may not use"):
        control.retry(cloud, job.job_id)


def test_an_artifact_that_cannot_be_read_is_the_fault_of_the_platform(cloud: MemoryCloud, tmp_path: Path) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    cloud.uploads.before = lambda method, key: _deny_artifact() if method == "download" else None

    with pytest.raises(StorageUnavailable):
        train_upload(cloud, upload, workdir=tmp_path)

    assert only_job(cloud).state == "queued"


def _deny_artifact() -> None:
    raise ObjectUnreadable("models/iris/artifacts/model.joblib", "denied")
