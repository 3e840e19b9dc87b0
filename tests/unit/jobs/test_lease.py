"""The lease on a job: who gets it, how long it lasts, and how the job ends."""

import errno
from dataclasses import replace

import pytest

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud
from mini_ml.contracts import Progress, TrainingProgress
from mini_ml.errors import InvalidDataset, JobNotCancellable, LeaseLost, StorageUnavailable
from mini_ml.jobs import control, store, sweep
from mini_ml.jobs.lease import acquire_lease
from tests.unit.workflows.story import Clock, Publisher, lease_upload, load_upload, put_upload, submit_training


def test_only_one_worker_can_lease_a_job(cloud: MemoryCloud) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    assert acquire_lease(cloud, upload, timeout_seconds=20) is not None
    assert acquire_lease(cloud, upload, timeout_seconds=20) is None


def test_a_leased_job_is_running_and_keeps_the_object_version_of_its_event(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    lease = lease_upload(cloud, load_upload(cloud, job))
    assert lease.job.state == "running"
    assert lease.job.attempt == 1
    assert lease.job.upload.version_id == cloud.uploads.head(job.upload.key).version_id


def test_an_expired_lease_can_be_taken_over(cloud: MemoryCloud, clock: Clock) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    lease_upload(cloud, upload)
    clock.forward(cloud.stage.lease_seconds + 1)
    assert lease_upload(cloud, upload).job.attempt == 2


def test_the_heartbeat_renews_the_lease_and_writes_the_progress(cloud: MemoryCloud, clock: Clock) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    with lease_upload(cloud, upload) as lease:
        for _ in range(8):
            clock.forward(cloud.stage.renew_seconds)
            lease.checkpoint(10, 100)
            cloud.every.tick()
        assert acquire_lease(cloud, upload, timeout_seconds=20) is None
        assert store.read(cloud, lease.job.job_id).progress.rows_done == 10


def test_the_heartbeat_writes_how_far_a_training_is_beside_its_rows(cloud: MemoryCloud) -> None:
    comparing = TrainingProgress(
        stage="comparing", candidates_done=2, candidates=4, metric="log_loss", best_score=0.312
    )
    with lease_upload(cloud, put_upload(cloud, "train/iris/a.csv")) as lease:
        lease.checkpoint(10, 100)
        lease.report(comparing)
        lease.checkpoint(20, 200)
        cloud.every.tick()

        written = store.read(cloud, lease.job.job_id).progress

    assert written == Progress(rows_done=20, bytes_done=200, bytes_total=8, training=comparing)


def test_only_the_heartbeat_writes_what_a_training_reports(cloud: MemoryCloud) -> None:
    writes: list[str] = []
    with lease_upload(cloud, put_upload(cloud, "train/iris/a.csv")) as lease:
        cloud.artifacts.after = lambda method, key: writes.append(method)
        for done in range(50):
            lease.report(TrainingProgress(stage="comparing", candidates_done=done, candidates=50))
        cloud.every.tick()
        cloud.every.tick()

    assert writes == ["replace"]


def test_a_worker_that_lost_its_lease_stops_at_its_next_report(cloud: MemoryCloud, clock: Clock) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    slow = lease_upload(cloud, upload)
    clock.forward(cloud.stage.lease_seconds + 1)
    lease_upload(cloud, upload)
    with pytest.raises(LeaseLost):
        slow.record_intent(1)

    with pytest.raises(LeaseLost):
        slow.report(TrainingProgress(stage="fitting"))


def test_the_next_attempt_begins_without_the_progress_of_the_last(cloud: MemoryCloud, clock: Clock) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    lease = lease_upload(cloud, upload)
    with lease:
        lease.report(TrainingProgress(stage="fitting"))
        cloud.every.tick()
    clock.forward(cloud.stage.lease_seconds + 1)

    assert store.read(cloud, lease.job.job_id).progress.training == TrainingProgress(stage="fitting")
    assert lease_upload(cloud, upload).job.progress.training is None


def test_a_worker_that_lost_its_lease_stops_at_its_next_write(cloud: MemoryCloud, clock: Clock) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    slow = lease_upload(cloud, upload)
    clock.forward(cloud.stage.lease_seconds + 1)
    fast = lease_upload(cloud, upload)
    with pytest.raises(LeaseLost):
        slow.record_intent(1)
    with pytest.raises(LeaseLost):
        slow.checkpoint(1, 1)
    assert store.read(cloud, fast.job.job_id) == fast.job


def test_a_job_fails_after_three_lost_workers(cloud: MemoryCloud, clock: Clock) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    for _ in range(cloud.stage.attempts):
        job_id = lease_upload(cloud, upload).job.job_id
        clock.forward(cloud.stage.lease_seconds + 1)
    assert acquire_lease(cloud, upload, timeout_seconds=20) is None
    job = store.read(cloud, job_id)
    assert (job.state, job.failure and job.failure.code) == ("failed", "worker_lost")


def test_a_client_error_fails_the_job_and_is_not_raised(cloud: MemoryCloud) -> None:
    with lease_upload(cloud, put_upload(cloud, "train/iris/a.csv")) as lease:
        raise InvalidDataset("There are no rows.")
    job = store.read(cloud, lease.job.job_id)
    assert (job.state, job.failure and job.failure.code) == ("failed", "invalid_dataset")
    assert list(cloud.artifacts.list_keys(keys.OPEN_JOBS)) == []


@pytest.mark.parametrize("error", [StorageUnavailable("away"), RuntimeError("bug")])
def test_any_other_error_requeues_the_job_immediately(cloud: MemoryCloud, error: Exception) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    with pytest.raises(type(error)), lease_upload(cloud, upload):
        raise error
    assert lease_upload(cloud, upload).job.attempt == 2


def test_after_the_last_attempt_an_unexpected_error_fails_the_job_as_internal(cloud: MemoryCloud) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    for _ in range(cloud.stage.attempts):
        with pytest.raises(RuntimeError), lease_upload(cloud, upload) as lease:
            raise RuntimeError("bug")
    job = store.read(cloud, lease.job.job_id)
    assert (job.state, job.failure and job.failure.code) == ("failed", "internal")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "out_of_memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "out_of_space"),
        (OSError(errno.EIO, "Input/output error"), "internal"),
        (StorageUnavailable("The storage did not answer."), "storage_unavailable"),
    ],
)
def test_the_last_attempt_names_the_exhausted_or_unavailable_resource(
    cloud: MemoryCloud, error: Exception, code: str
) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    for _ in range(cloud.stage.attempts):
        with pytest.raises(type(error)), lease_upload(cloud, upload) as lease:
            raise error
    job = store.read(cloud, lease.job.job_id)
    assert (job.state, job.failure and job.failure.code) == ("failed", code)


def test_a_job_that_fails_for_good_reports_its_attempts_and_their_cause(cloud: MemoryCloud, clock: Clock) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    with pytest.raises(MemoryError), lease_upload(cloud, upload):
        raise MemoryError
    for _ in range(2):
        lease = lease_upload(cloud, upload)
        clock.forward(cloud.stage.lease_seconds + 1)
    acquire_lease(cloud, upload, timeout_seconds=20)
    failure = store.read(cloud, lease.job.job_id).failure
    assert failure is not None
    assert failure.code == "worker_lost"
    assert "after 3 attempts" in failure.detail
    assert "`out_of_memory`" in failure.detail


def test_a_job_that_outlives_its_function_fails_as_timed_out(cloud: MemoryCloud, clock: Clock) -> None:
    with lease_upload(cloud, put_upload(cloud, "train/iris/a.csv")) as lease:
        clock.forward(20)
        cloud.every.tick()
        lease.checkpoint(1, 1)
    job = store.read(cloud, lease.job.job_id)
    assert (job.state, job.failure and job.failure.code) == ("failed", "timed_out")


@pytest.mark.parametrize(("left", "seconds"), [(12.3456, "12.35"), (60.0, "20"), (None, "20")])
def test_a_job_ends_before_its_invocation_is_stopped(
    cloud: MemoryCloud, clock: Clock, left: float | None, seconds: str
) -> None:
    limited = replace(cloud, seconds_left=lambda: left)
    deadline = min(left or 20, 20) - 3 * cloud.stage.progress_seconds
    with lease_upload(limited, put_upload(cloud, "train/iris/a.csv")) as lease:
        clock.forward(deadline - 0.1)
        cloud.every.tick()
        before = store.read(cloud, lease.job.job_id)
        clock.forward(0.1)
        cloud.every.tick()

    job = store.read(cloud, lease.job.job_id)
    assert (before.state, job.state) == ("running", "failed")
    assert job.failure is not None
    assert job.failure.code == "timed_out"
    assert f"longer than the {seconds} seconds that it may" in job.failure.detail


def test_a_timed_out_job_stays_timed_out_despite_later_errors(cloud: MemoryCloud, clock: Clock) -> None:
    with lease_upload(cloud, put_upload(cloud, "train/iris/a.csv")) as lease:
        clock.forward(20)
        cloud.every.tick()
        raise InvalidDataset("There are no rows.")
    job = store.read(cloud, lease.job.job_id)
    assert (job.state, job.failure and job.failure.code) == ("failed", "timed_out")


def test_a_training_that_times_out_after_publishing_succeeds(
    cloud: MemoryCloud, clock: Clock, publish: Publisher
) -> None:
    with lease_upload(cloud, put_upload(cloud, "train/iris/a.csv")) as lease:
        manifest = publish(lease)
        clock.forward(20)
        cloud.every.tick()
        lease.succeed_training(manifest)
    job = store.read(cloud, lease.job.job_id)
    assert (job.state, job.version, job.failure) == ("succeeded", 1, None)


def test_a_cancelled_job_stops_its_worker(cloud: MemoryCloud) -> None:
    with lease_upload(cloud, put_upload(cloud, "train/iris/a.csv")) as lease:
        control.cancel(cloud, lease.job.job_id)
        lease.record_intent(1)
    job = store.read(cloud, lease.job.job_id)
    assert (job.state, job.failure and job.failure.code) == ("failed", "cancelled")


def test_a_job_that_is_being_published_cannot_be_cancelled(cloud: MemoryCloud) -> None:
    lease = lease_upload(cloud, put_upload(cloud, "train/iris/a.csv"))
    lease.record_intent(1)
    with pytest.raises(JobNotCancellable):
        control.cancel(cloud, lease.job.job_id)


def test_a_retried_job_whose_version_belongs_to_another_job_can_be_cancelled(
    cloud: MemoryCloud, clock: Clock, publish: Publisher
) -> None:
    late = lease_upload(cloud, put_upload(cloud, "train/iris/late.csv"))
    late.record_intent(1)
    publish(lease_upload(cloud, put_upload(cloud, "train/iris/other.csv")))
    clock.forward(cloud.stage.lease_seconds + 1)
    sweep.fail_dead_letter(cloud, late.job.upload)
    retried = control.retry(cloud, late.job.job_id)

    assert control.cancel(cloud, retried.job_id).state == "failed"


def test_a_retried_job_whose_version_is_still_free_cannot_be_cancelled(cloud: MemoryCloud, clock: Clock) -> None:
    late = lease_upload(cloud, put_upload(cloud, "train/iris/late.csv"))
    late.record_intent(1)
    clock.forward(cloud.stage.lease_seconds + 1)
    sweep.fail_dead_letter(cloud, late.job.upload)
    retried = control.retry(cloud, late.job.job_id)

    with pytest.raises(JobNotCancellable, match="version 1"):
        control.cancel(cloud, retried.job_id)
