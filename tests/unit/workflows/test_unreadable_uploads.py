"""An upload that S3 does not return fails its job at once, and the error says what to do."""

from pathlib import Path

import pytest

from mini_ml import keys, log_context
from mini_ml.adapters.memory.cloud import MemoryCloud
from mini_ml.contracts import TrainOptions, Upload
from mini_ml.errors import JobNotRetryable, ObjectUnreadable, StorageUnavailable, UnreadableCause, UploadUnreadable
from mini_ml.jobs import control, intake, store, submit, sweep
from mini_ml.jobs.ended import outcome_of
from mini_ml.jobs.job import Job
from mini_ml.jobs.job_links import job_links
from mini_ml.topology.metrics import JobOutcome
from mini_ml.workflows.train import train_upload
from tests.unit.workflows.memory_platform import MemoryPlatform
from tests.unit.workflows.story import Clock, Publisher, build_upload, lease_upload, put_upload

ENDS: list[tuple[UnreadableCause, str, JobOutcome, str]] = [
    ("archived", "upload_unreadable", "rejected", "restore-object"),
    ("denied", "upload_access_denied", "failed", "let the roles of the platform read the uploads bucket"),
    ("encrypted", "upload_unreadable", "rejected", "without `--sse-kms-key-id`"),
]
"""Why S3 does not return an upload, with the code of its job, who is to blame for it, and a part of the hint."""
CODES = [(cause, code) for cause, code, *_ in ENDS]


def only_job(cloud: MemoryCloud, kind: str = "train") -> Job:
    """Return the only job of a kind."""
    jobs = [store.load(cloud, keys.job_id_in_index(key)).job for key in cloud.artifacts.list_keys(keys.JOBS_BY_TIME)]
    [job] = [job for job in jobs if job.kind == kind]
    return job


def train(cloud: MemoryCloud, upload: Upload, folder: Path) -> Job:
    train_upload(cloud, upload, workdir=folder)
    return only_job(cloud)


@pytest.mark.parametrize(("cause", "code", "outcome", "hint"), ENDS)
def test_a_training_fails_at_its_first_attempt_and_says_what_to_do(
    cloud: MemoryCloud, tmp_path: Path, cause: UnreadableCause, code: str, outcome: JobOutcome, hint: str
) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    cloud.uploads.unreadable[upload.key] = cause

    job = train(cloud, upload, tmp_path)

    assert (job.state, job.failure and job.failure.code, outcome_of(job)) == ("failed", code, outcome)
    assert job.attempt <= 1
    assert job.failure is not None
    assert [issue.parameter for issue in job.failure.errors] == ["key"]
    assert hint in str(job.failure.errors[0].hint)
    assert list(cloud.artifacts.list_keys(keys.OPEN_JOBS)) == []


@pytest.mark.parametrize(("cause", "code"), CODES)
def test_a_batch_fails_at_its_first_attempt(platform: MemoryPlatform, cause: UnreadableCause, code: str) -> None:
    platform.train()
    upload = platform.put("predict/shop/new.csv")
    platform.cloud.uploads.unreadable[upload.key] = cause

    platform.work()

    job = platform.job_of(upload)
    assert (job.state, job.failure and job.failure.code) == ("failed", code)


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
    assert (ended.state, ended.failure and ended.failure.code) == ("failed", "upload_access_denied")


def post_upload(cloud: MemoryCloud) -> Upload:
    """Upload a file with the form of `POST /uploads`, and return the upload of its event."""
    job = submit.invite_upload(cloud, model_name="m", train=TrainOptions(), filename="a.csv").job
    return build_upload(cloud, cloud.uploads.put(job.upload.key, b"a,b\n1,2\n", metadata={"job-id": job.job_id}))


def test_an_upload_with_a_form_can_be_retried_once_it_can_be_read(cloud: MemoryCloud, tmp_path: Path) -> None:
    upload = post_upload(cloud)
    cloud.uploads.unreadable[upload.key] = "denied"
    failed = train(cloud, upload, tmp_path)

    assert failed.upload == upload
    assert "retry" in job_links(failed)
    cloud.uploads.unreadable.clear()
    control.retry(cloud, failed.job_id)
    assert train(cloud, upload, tmp_path).failure != failed.failure


def test_an_upload_with_a_form_that_the_sweep_could_not_look_at_can_be_retried(
    cloud: MemoryCloud, clock: Clock
) -> None:
    upload = post_upload(cloud)
    cloud.uploads.unreadable[upload.key] = "denied"
    clock.forward(cloud.stage.requeue_after_seconds + 1)
    sweep.sweep(cloud)
    failed = only_job(cloud)

    cloud.uploads.unreadable.clear()

    assert "retry" in job_links(failed)
    assert control.retry(cloud, failed.job_id).upload.version_id == upload.version_id


def test_an_upload_without_a_form_whose_options_cannot_be_read_is_not_said_to_be_wrong(
    cloud: MemoryCloud, tmp_path: Path
) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    cloud.uploads.unreadable[upload.key] = "encrypted"
    failed = train(cloud, upload, tmp_path)

    assert "retry" not in job_links(failed)
    with pytest.raises(JobNotRetryable, match="S3 did not return the options of this upload"):
        control.retry(cloud, failed.job_id)


def test_the_job_of_an_upload_that_cannot_be_looked_at_is_named_in_its_log_lines(
    cloud: MemoryCloud, tmp_path: Path
) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    cloud.uploads.unreadable[upload.key] = "encrypted"

    with log_context.bind():
        job = train(cloud, upload, tmp_path)
        fields = dict(log_context.current())

    assert job.correlation_id == job.job_id
    assert (fields["job_id"], fields["correlation_id"]) == (job.job_id, job.job_id)


def test_a_training_that_published_before_its_upload_became_unreadable_succeeds(
    cloud: MemoryCloud, clock: Clock, publish: Publisher, tmp_path: Path
) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    publish(lease_upload(cloud, upload))
    clock.forward(cloud.stage.lease_seconds + 1)
    cloud.uploads.unreadable[upload.key] = "denied"

    job = train(cloud, upload, tmp_path)

    assert (job.state, job.version) == ("succeeded", 1)


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
