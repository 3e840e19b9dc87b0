"""The sweep and the dead letters end or requeue jobs that no worker is working on."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud
from mini_ml.contracts import TrainOptions, Upload
from mini_ml.jobs import control, store, submit, sweep
from mini_ml.jobs.job import Job
from mini_ml.jobs.lease import acquire_lease
from tests.unit.workflows.story import Clock, Publisher, lease_upload, load_upload, put_upload, submit_training


def _state(cloud: MemoryCloud, job: Job) -> tuple[str, str | None]:
    now = store.read(cloud, job.job_id)
    return now.state, now.failure.code if now.failure else None


def test_a_lost_message_is_sent_again(cloud: MemoryCloud, clock: Clock) -> None:
    job = submit_training(cloud)
    cloud.queues["train"].messages.clear()
    clock.forward(cloud.stage.requeue_after_seconds + 1)
    sweep.sweep(cloud)
    assert lease_upload(cloud, cloud.queues["train"].messages[0]).job.job_id == job.job_id


def test_a_job_that_waits_in_the_queue_is_not_announced_again(cloud: MemoryCloud, clock: Clock) -> None:
    submit_training(cloud)
    cloud.queues["train"].messages.clear()
    clock.forward(cloud.stage.requeue_after_seconds - 1)
    sweep.sweep(cloud)
    assert cloud.queues["train"].messages == []


def test_each_further_announcement_waits_twice_as_long(cloud: MemoryCloud, clock: Clock) -> None:
    submit_training(cloud)
    cloud.queues["train"].messages.clear()
    for _ in range(20):
        clock.forward(cloud.stage.requeue_after_seconds + 1)
        sweep.sweep(cloud)
    assert len(cloud.queues["train"].messages) == 4


def test_a_job_of_a_dead_worker_is_announced_again(cloud: MemoryCloud, clock: Clock) -> None:
    job = submit_training(cloud)
    lease_upload(cloud, cloud.queues["train"].messages.pop())
    clock.forward(cloud.stage.lease_seconds + 1)
    sweep.sweep(cloud)
    assert _state(cloud, job) == ("queued", None)
    assert lease_upload(cloud, cloud.queues["train"].messages.pop()).job.attempt == 2


def test_a_job_of_a_live_worker_is_not_announced_again(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    lease_upload(cloud, cloud.queues["train"].messages.pop())
    sweep.sweep(cloud)
    assert _state(cloud, job) == ("running", None)


def test_after_the_last_attempt_the_job_fails(cloud: MemoryCloud, clock: Clock) -> None:
    job = submit_training(cloud)
    for _ in range(cloud.stage.attempts):
        lease_upload(cloud, cloud.queues["train"].messages.pop())
        clock.forward(cloud.stage.lease_seconds + 1)
        sweep.sweep(cloud)
    assert _state(cloud, job) == ("failed", "worker_lost")


def test_an_upload_that_never_arrived_fails_its_job_after_its_deadline(cloud: MemoryCloud, clock: Clock) -> None:
    invitation = submit.invite_upload(cloud, model_name="iris", filename="a.csv", train=TrainOptions())
    sweep.sweep(cloud)
    assert _state(cloud, invitation.job) == ("awaiting_upload", None)
    clock.forward(cloud.stage.upload_expiry_seconds + 1)
    sweep.sweep(cloud)
    assert _state(cloud, invitation.job) == ("failed", "upload_not_received")


def test_a_job_whose_file_was_never_stored_fails(cloud: MemoryCloud, clock: Clock) -> None:
    job = submit_training(cloud)
    lost = job.model_copy(
        update={
            "job_id": cloud.new_id(),
            "upload": job.upload.model_copy(update={"key": "train/iris/never/a.csv"}),
        }
    )
    store.create(cloud, lost)
    clock.forward(cloud.stage.requeue_after_seconds + 1)
    sweep.sweep(cloud)
    assert _state(cloud, lost) == ("failed", "upload_not_received")


def test_an_orphaned_upload_gets_a_job(cloud: MemoryCloud, clock: Clock) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    cloud.queues["train"].messages.clear()
    clock.forward(cloud.stage.requeue_after_seconds + 1)
    sweep.sweep(cloud)
    assert [message.key for message in cloud.queues["train"].messages] == [upload.key]


def test_an_upload_that_has_a_job_is_not_announced(cloud: MemoryCloud, clock: Clock, publish: Publisher) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    with lease_upload(cloud, upload) as lease:
        lease.succeed_training(publish(lease))
    job = submit_training(cloud)
    with lease_upload(cloud, load_upload(cloud, job)) as lease:
        lease.succeed_training(publish(lease))
    cloud.queues["train"].messages.clear()
    clock.forward(cloud.stage.requeue_after_seconds + 1)
    sweep.sweep(cloud)
    assert cloud.queues["train"].messages == []


def test_the_index_key_of_an_ended_job_is_removed(cloud: MemoryCloud, clock: Clock) -> None:
    job = submit_training(cloud)
    control.cancel(cloud, job.job_id)
    cloud.artifacts.put(keys.open_job(job.job_id), b"")
    clock.forward(cloud.stage.resend_after_seconds + 1)
    sweep.sweep(cloud)
    assert list(cloud.artifacts.list_keys(keys.OPEN_JOBS)) == []


def test_a_dead_letter_fails_its_job(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    sweep.fail_dead_letter(cloud, load_upload(cloud, job))
    assert _state(cloud, job) == ("failed", "worker_lost")


def test_a_dead_letter_of_a_published_training_makes_its_job_succeed(
    cloud: MemoryCloud, clock: Clock, publish: Publisher
) -> None:
    job = submit_training(cloud)
    publish(lease_upload(cloud, load_upload(cloud, job)))
    clock.forward(cloud.stage.lease_seconds + 1)
    sweep.fail_dead_letter(cloud, load_upload(cloud, job))
    assert _state(cloud, job) == ("succeeded", None)


def test_a_dead_letter_of_a_leased_job_changes_nothing(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    lease_upload(cloud, load_upload(cloud, job))
    sweep.fail_dead_letter(cloud, load_upload(cloud, job))
    assert _state(cloud, job) == ("running", None)


def test_a_dead_letter_of_an_upload_without_a_job_creates_a_failed_job(cloud: MemoryCloud) -> None:
    upload = put_upload(cloud, "predict/iris/a.csv")
    sweep.fail_dead_letter(cloud, upload)
    job_id = keys.job_id_of_upload(upload.bucket, upload.key, upload.version_id or "")
    assert store.read(cloud, job_id).state == "failed"


def test_sweeping_twice_changes_nothing_more(cloud: MemoryCloud, clock: Clock) -> None:
    submit_training(cloud)
    put_upload(cloud, "train/iris/a.csv")
    lease_upload(cloud, put_upload(cloud, "train/iris/b.csv"))
    clock.forward(cloud.stage.requeue_after_seconds + cloud.stage.lease_seconds)
    sweep.sweep(cloud)
    for upload in cloud.queues["train"].messages:
        acquire_lease(cloud, upload, timeout_seconds=20)
    before = [(head.key, head.version_id) for head in cloud.artifacts.list_versions("jobs/")]
    cloud.queues["train"].messages.clear()

    sweep.sweep(cloud)

    assert [(head.key, head.version_id) for head in cloud.artifacts.list_versions("jobs/")] == before
    assert cloud.queues["train"].messages == []


def test_one_sweep_reads_a_limited_number_of_jobs_and_the_next_continues(cloud: MemoryCloud, clock: Clock) -> None:
    cloud = replace(cloud, stage=replace(cloud.stage, sweep_jobs=2, attempts=1))
    uploads = [put_upload(cloud, f"train/iris/{number}.csv") for number in range(5)]
    lease = [lease_upload(cloud, upload) for upload in uploads]
    clock.forward(cloud.stage.lease_seconds + 1)

    open_after = []
    for _ in range(3):
        sweep.sweep(cloud)
        open_after.append(len(list(cloud.artifacts.list_keys(keys.OPEN_JOBS))))

    assert open_after == [3, 1, 0]
    assert {_state(cloud, one.job) for one in lease} == {("failed", "worker_lost")}


@pytest.mark.parametrize(("left", "settled"), [(3.0, 2), (None, 5)])
def test_a_sweep_stops_after_a_third_of_the_time_that_its_invocation_has(
    cloud: MemoryCloud, clock: Clock, left: float | None, settled: int
) -> None:
    limited = replace(cloud, stage=replace(cloud.stage, attempts=1), seconds_left=lambda: left)
    for number in range(5):
        lease_upload(cloud, put_upload(cloud, f"train/iris/{number}.csv"))
    clock.forward(cloud.stage.lease_seconds + 1)
    cloud.artifacts.after = lambda method, key: clock.forward(0.6 if method == "replace" else 0)

    sweep.sweep(limited)

    assert 5 - len(list(cloud.artifacts.list_keys(keys.OPEN_JOBS))) == settled


@pytest.mark.parametrize(("jobs_at_once", "versions_at_once"), [(2, 100), (100, 2)])
def test_one_sweep_lists_a_limited_number_of_uploads_and_the_next_continues(
    cloud: MemoryCloud, clock: Clock, jobs_at_once: int, versions_at_once: int
) -> None:
    cloud = replace(cloud, stage=replace(cloud.stage, sweep_jobs=jobs_at_once, sweep_versions=versions_at_once))
    for key in ("predict/iris/a.csv", "train/iris/a.csv", "train/iris/a.csv", "train/iris/b.csv", "train/iris/c.csv"):
        put_upload(cloud, key)
    messages = [list(cloud.queues[kind].messages) for kind in ("train", "predict")]
    for queue in cloud.queues.values():
        queue.messages.clear()
    clock.forward(cloud.stage.requeue_after_seconds + 1)

    found = []
    for _ in range(3):
        sweep.sweep(cloud)
        found.append(sum(len(queue.messages) for queue in cloud.queues.values()))

    assert found == [2, 4, 5]
    assert [sorted(_names(cloud.queues[kind].messages)) for kind in ("train", "predict")] == [
        sorted(_names(sent)) for sent in messages
    ]


def _names(uploads: Iterable[Upload]) -> list[tuple[str, str | None]]:
    return [(upload.key, upload.version_id) for upload in uploads]


def test_a_checked_upload_is_not_checked_again(cloud: MemoryCloud, clock: Clock) -> None:
    put_upload(cloud, "train/iris/a.csv")
    clock.forward(cloud.stage.requeue_after_seconds + 1)
    sweep.sweep(cloud)
    clock.forward(cloud.stage.clock_slack_seconds + 1)
    sweep.sweep(cloud)
    cloud.uploads.before = _reject_heads

    sweep.sweep(cloud)


def _reject_heads(method: str, key: str) -> None:
    assert method != "head"


def test_an_unreadable_job_does_not_stop_the_sweep_of_others(cloud: MemoryCloud, clock: Clock) -> None:
    broken = "00000000-0000-7000-8000-000000000000"
    cloud.artifacts.put(keys.open_job(broken), b"")
    cloud.artifacts.put(keys.job(broken), b"{}")
    job = submit_training(cloud)
    lease_upload(cloud, cloud.queues["train"].messages.pop())
    clock.forward(cloud.stage.lease_seconds + 1)

    sweep.sweep(cloud)

    assert _state(cloud, job) == ("queued", None)


def test_an_upload_with_an_unreadable_job_does_not_stop_the_announcement_of_others(
    cloud: MemoryCloud, clock: Clock
) -> None:
    cloud.artifacts.put(keys.job(submit_training(cloud).job_id), b"{}")
    bare = put_upload(cloud, "train/iris/z.csv")
    clock.forward(cloud.stage.requeue_after_seconds + 1)
    cloud.queues["train"].messages.clear()

    sweep.sweep(cloud)

    assert bare.key in [message.key for message in cloud.queues["train"].messages]


def test_a_job_with_a_damaged_manifest_ends_and_does_not_block_others(cloud: MemoryCloud, clock: Clock) -> None:
    job = submit_training(cloud)
    for _ in range(cloud.stage.attempts):
        lease_upload(cloud, load_upload(cloud, job)).record_intent(1)
        clock.forward(cloud.stage.lease_seconds + 1)
    cloud.artifacts.put(keys.manifest("iris", 1), b"no manifest")

    sweep.sweep(cloud)

    assert _state(cloud, job) == ("failed", "worker_lost")


def test_an_upload_of_many_parts_is_found_although_s3_dates_it_from_its_start(cloud: MemoryCloud, clock: Clock) -> None:
    cloud = replace(cloud, stage=replace(cloud.stage, sweep_lookback_seconds=1800))
    sweep.sweep(cloud)
    began = clock.at
    clock.forward(1200)
    sweep.sweep(cloud)
    sweep.sweep(cloud)
    clock.at, now = began, clock.at
    late = put_upload(cloud, "train/iris/large.csv")
    clock.at = now
    cloud.queues["train"].messages.clear()

    sweep.sweep(cloud)

    assert [message.key for message in cloud.queues["train"].messages] == [late.key]
