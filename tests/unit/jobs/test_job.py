"""The transitions and predicates of a job, without a store."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mini_ml.contracts import (
    BatchSummary,
    Candidate,
    ColumnReport,
    DataWarning,
    Failure,
    FileReport,
    Lease,
    Manifest,
    PredictResult,
    Progress,
    TrainingProgress,
    TrainResult,
    Upload,
)
from mini_ml.errors import JobNotCancellable, JobNotRetryable, LeaseLost
from mini_ml.jobs.job import Job
from tests.unit.workflows.story import build_manifest

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(seconds=60)
UPLOAD = Upload(bucket="uploads", key="train/iris/a.csv", version_id="v1", size=9, uploaded_at=NOW)
FAILURE = Failure(code="internal", detail="The platform failed on this job.")
QUEUED = Job(job_id="1", kind="train", state="queued", created_at=NOW, queued_at=NOW, upload=UPLOAD)
WARNINGS = (DataWarning(code="bounds", message="3 cells are bounds.", column="size", count=3),)
COLUMNS = (ColumnReport(name="size", kind="numeric", missing=0),)
FILE = FileReport(delimiter=";", header_line=3)
CANDIDATES = (Candidate(model_type="Ridge", metric="r2", score=0.5, weight=1.0),)
REPORTED = {"file": FILE, "warnings": WARNINGS, "columns": COLUMNS, "candidates": CANDIDATES}
MANIFEST = Manifest(**{**dict(build_manifest(QUEUED, NOW, version=3, superseded=False)), **REPORTED}, seal="0")
SUMMARY = BatchSummary(
    job_id="1", model_name="iris", version=3, rows=1, missing={}, coerced={}, unseen={}, file=FILE, warnings=WARNINGS
)


def lease(job: Job) -> Job:
    return job.start_attempt(holder="worker", now=NOW, expires_at=LATER, upload=UPLOAD, version=job.version)


def fail(job: Job) -> Job:
    return job.fail(now=NOW, failure=FAILURE)


def requeue(job: Job) -> Job:
    return job.give_back(now=NOW, setback=FAILURE)


def retry(job: Job) -> Job:
    return job.retry(now=NOW, upload=UPLOAD)


def finish_training(job: Job) -> Job:
    result = TrainResult(version=3, manifest_uri="s3://m", model_uri="s3://a")
    progress = Progress(rows_done=5, training=TrainingProgress(stage="storing"))
    return job.succeed_training(now=LATER, result=result, manifest=MANIFEST, progress=progress)


def finish_prediction(job: Job) -> Job:
    result = PredictResult(version=3, rows=1, output_key="o", output_uri="s3://o", summary_uri="s3://s")
    return job.succeed_prediction(now=LATER, result=result, summary=SUMMARY, progress=Progress(rows_done=5))


AWAITING = QUEUED.await_upload(expires_at=LATER)
RUNNING = lease(QUEUED)
FAILED = fail(RUNNING)
SUCCEEDED = finish_training(RUNNING)


def test_a_lease_starts_an_attempt() -> None:
    second = requeue(RUNNING).start_attempt(holder="next", now=LATER, expires_at=LATER, upload=UPLOAD, version=2)
    assert (second.state, second.attempt, second.version) == ("running", 2, 2)
    assert second.started_at == RUNNING.started_at == NOW
    assert second.lease == Lease(holder="next", expires_at=LATER)
    assert second.progress == Progress(bytes_total=9)


def test_a_lease_keeps_the_upload_time_that_the_job_already_has() -> None:
    event = Upload(bucket="uploads", key=UPLOAD.key, version_id="v1", size=9, uploaded_at=LATER)
    assert QUEUED.start_attempt(holder="w", now=NOW, expires_at=LATER, upload=event, version=None).upload == UPLOAD


def test_a_renewal_keeps_the_holder() -> None:
    until = LATER + timedelta(seconds=60)
    renewed = RUNNING.renew_lease(expires_at=until, progress=Progress(rows_done=1))
    assert renewed.lease == Lease(holder="worker", expires_at=until)
    assert renewed.progress.rows_done == 1
    assert RUNNING.record_intent(version=4, expires_at=until).intent == 4


@pytest.mark.parametrize("job", [QUEUED, FAILED], ids=["queued", "failed"])
def test_a_missing_lease_cannot_be_renewed(job: Job) -> None:
    with pytest.raises(LeaseLost):
        job.renew_lease(expires_at=LATER, progress=Progress())
    with pytest.raises(LeaseLost):
        job.record_intent(version=1, expires_at=LATER)


@pytest.mark.parametrize("end", [finish_training, finish_prediction, fail])
def test_a_job_that_ends_releases_its_lease(end: Callable[[Job], Job]) -> None:
    ended = end(RUNNING)
    assert not ended.is_open
    assert ended.lease is None
    assert ended.finished_at is not None


def test_a_training_marked_as_failed_while_it_published_succeeds() -> None:
    job = finish_training(FAILED)
    assert (job.state, job.version, job.failure, job.metrics) == ("succeeded", 3, None, MANIFEST.metrics)


def test_a_finished_job_says_what_was_decided_about_its_data() -> None:
    scored = finish_prediction(RUNNING)
    assert (SUCCEEDED.file, SUCCEEDED.warnings, SUCCEEDED.columns) == (FILE, WARNINGS, COLUMNS)
    assert (scored.file, scored.warnings) == (FILE, WARNINGS)


def test_a_finished_training_has_its_leaderboard_instead_of_its_progress() -> None:
    assert SUCCEEDED.candidates == CANDIDATES
    assert SUCCEEDED.progress == Progress(rows_done=5)


def test_a_retry_gives_a_job_all_its_attempts_again() -> None:
    job = retry(FAILED)
    assert (job.state, job.failure, job.finished_at, job.attempts_before) == ("queued", None, None, 1)
    assert job.has_attempts_left(1)
    assert not FAILED.has_attempts_left(1)


def test_each_announcement_doubles_the_wait_for_the_next() -> None:
    minute = timedelta(minutes=1)
    once = QUEUED.announce_again(now=NOW, upload=UPLOAD)
    assert QUEUED.is_overdue(now=NOW + 1.5 * minute, requeue_after=minute)
    assert not once.is_overdue(now=NOW + 1.5 * minute, requeue_after=minute)
    assert once.is_overdue(now=NOW + 2.5 * minute, requeue_after=minute)


@pytest.mark.parametrize(
    ("job", "change"),
    [
        (SUCCEEDED, lease),
        (SUCCEEDED, fail),
        (SUCCEEDED, retry),
        (FAILED, lease),
        (FAILED, fail),
        (AWAITING, finish_training),
        (AWAITING, finish_prediction),
    ],
)
def test_a_transition_outside_the_diagram_is_an_error(job: Job, change: Callable[[Job], Job]) -> None:
    with pytest.raises(ValueError, match="cannot become"):
        change(job)


def test_only_a_failed_job_with_options_is_retryable() -> None:
    with pytest.raises(JobNotRetryable, match="only a failed job"):
        RUNNING.check_retryable()
    with pytest.raises(JobNotRetryable, match="options"):
        FAILED.check_retryable()


def test_only_an_open_job_is_cancellable() -> None:
    RUNNING.check_cancellable()
    with pytest.raises(JobNotCancellable):
        RUNNING.cancel(now=NOW).check_cancellable()


def test_a_lease_is_live_until_it_expires() -> None:
    assert RUNNING.has_live_lease(NOW)
    assert not RUNNING.has_live_lease(LATER)
    assert not QUEUED.has_live_lease(NOW)


def test_an_upload_is_pending_until_its_form_expires() -> None:
    assert AWAITING.is_upload_pending(NOW)
    assert not AWAITING.is_upload_pending(LATER)
    assert not QUEUED.is_upload_pending(NOW)


def test_a_job_waits_for_one_version_of_one_object() -> None:
    second = Upload(bucket="uploads", key=UPLOAD.key, version_id="v2")
    assert QUEUED.waits_for(UPLOAD)
    assert not QUEUED.waits_for(second)
    assert QUEUED.announce_again(now=NOW, upload=Upload(bucket="uploads", key=UPLOAD.key)).waits_for(second)
