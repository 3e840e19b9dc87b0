"""Jobs as clients see them: create, list, wait, retry, cancel."""

import json
from datetime import timedelta

import pytest

from mini_ml import keys
from mini_ml.adapters.memory.cloud import MemoryCloud
from mini_ml.contracts import PredictOptions, Progress, TrainOptions, TrainResult
from mini_ml.errors import (
    InvalidName,
    JobNotCancellable,
    JobNotFound,
    JobNotRetryable,
    ModelNotFound,
    StorageUnavailable,
    UploadNotReceived,
)
from mini_ml.jobs import control, store, submit
from mini_ml.jobs.listing import Filters, list_page
from tests.unit.workflows.story import Clock, lease_upload, load_upload, put_upload, submit_training


def test_a_submission_stores_a_queued_job_and_an_object_that_names_it(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    stored = cloud.uploads.head(job.upload.key)
    assert job.state == "queued"
    assert stored.metadata == {"job-id": job.job_id}
    assert list(cloud.artifacts.list_keys(keys.OPEN_JOBS)) == [keys.open_job(job.job_id)]


def test_no_job_is_created_for_a_missing_model(cloud: MemoryCloud) -> None:
    with pytest.raises(ModelNotFound):
        submit.submit_predict(cloud, model_name="iris", options=PredictOptions(), filename="a.csv", body=b"a\n")
    assert list(cloud.artifacts.list_keys("jobs/")) == []


def test_a_file_that_cannot_be_stored_fails_its_job(cloud: MemoryCloud) -> None:
    def fail_as_unavailable(method: str, key: str) -> None:
        raise StorageUnavailable("away")

    cloud.uploads.before = fail_as_unavailable
    with pytest.raises(StorageUnavailable):
        submit_training(cloud)
    [job] = list_page(cloud, Filters(), limit=10, cursor=None).jobs
    assert (job.state, job.failure and job.failure.code) == ("failed", UploadNotReceived.code)


def test_a_file_uploaded_with_a_form_is_leased_as_its_job(cloud: MemoryCloud) -> None:
    invitation = submit.invite_upload(cloud, model_name="iris", filename="a b.csv", train=TrainOptions())
    cloud.uploads.receive(invitation.post, b"a,b\n1,2\n")
    assert store.read(cloud, invitation.job.job_id).state == "awaiting_upload"
    assert lease_upload(cloud, load_upload(cloud, invitation.job)).job.job_id == invitation.job.job_id


def test_waiting_ends_with_the_job(cloud: MemoryCloud, clock: Clock) -> None:
    job = submit_training(cloud)
    control.cancel(cloud, job.job_id)
    assert control.wait(cloud, job.job_id, clock() + timedelta(seconds=25)).state == "failed"


def test_waiting_ends_at_its_deadline(cloud: MemoryCloud, clock: Clock) -> None:
    until = clock() + timedelta(seconds=5)
    assert control.wait(cloud, submit_training(cloud).job_id, until).state == "queued"
    assert clock() >= until


def test_jobs_are_listed_newest_first_page_by_page(cloud: MemoryCloud, clock: Clock) -> None:
    created = []
    for _ in range(5):
        created.append(submit_training(cloud).job_id)
        clock.forward(1)
    first = list_page(cloud, Filters(), limit=3, cursor=None)
    second = list_page(cloud, Filters(), limit=3, cursor=first.cursor)
    assert [job.job_id for job in (*first.jobs, *second.jobs)] == created[::-1]
    assert second.cursor is None


def test_jobs_are_filtered(cloud: MemoryCloud) -> None:
    wanted = submit_training(cloud, "wanted")
    submit_training(cloud, "other")
    for filters in (Filters(model_name="wanted"), Filters(upload_key=wanted.upload.key)):
        assert [job.job_id for job in list_page(cloud, filters, limit=10, cursor=None).jobs] == [wanted.job_id]
    assert list_page(cloud, Filters(state="failed"), limit=10, cursor=None).jobs == ()
    assert list_page(cloud, Filters(kind="predict"), limit=10, cursor=None).jobs == ()


def test_a_retried_job_keeps_what_to_do_with_bad_rows(cloud: MemoryCloud) -> None:
    options = TrainOptions(bad_rows="refuse")
    job = submit.submit_train(cloud, model_name="iris", options=options, filename="a.csv", body=b"a,b\n")
    control.cancel(cloud, job.job_id)

    control.retry(cloud, job.job_id)

    assert store.read(cloud, job.job_id).train == options


def test_a_job_of_a_release_that_knew_no_bad_rows_is_read_with_the_defaults(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    stored = json.loads(cloud.artifacts.get(keys.job(job.job_id)).body)
    del stored["file"], stored["train"]["bad_rows"]
    result = {"version": 1, "manifest_uri": "s3://m", "model_uri": "s3://a"}
    cloud.artifacts.put(keys.job(job.job_id), json.dumps({**stored, "result": result}).encode())

    read = store.read(cloud, job.job_id)

    assert isinstance(read.result, TrainResult)
    assert (read.file, read.train, read.result.rejects_key) == (None, TrainOptions(bad_rows="skip"), None)


@pytest.mark.parametrize("cursor", ["x", "../jobs/open/", "jobs/by-time/1"])
def test_an_invalid_cursor_is_rejected(cloud: MemoryCloud, cursor: str) -> None:
    with pytest.raises(InvalidName):
        list_page(cloud, Filters(), limit=10, cursor=cursor)


def test_only_a_failed_job_is_retried_and_then_announced_again(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    with pytest.raises(JobNotRetryable):
        control.retry(cloud, job.job_id)
    control.cancel(cloud, job.job_id)
    cloud.queues["train"].messages.clear()
    assert control.retry(cloud, job.job_id).state == "queued"
    assert lease_upload(cloud, cloud.queues["train"].messages[0]).job.job_id == job.job_id


def test_a_job_whose_file_never_arrived_is_not_retried(cloud: MemoryCloud) -> None:
    invitation = submit.invite_upload(cloud, model_name="iris", filename="a.csv", train=TrainOptions())
    control.cancel(cloud, invitation.job.job_id)
    with pytest.raises(JobNotRetryable):
        control.retry(cloud, invitation.job.job_id)


def test_only_an_open_job_is_cancelled(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    assert control.cancel(cloud, job.job_id).state == "failed"
    with pytest.raises(JobNotCancellable):
        control.cancel(cloud, job.job_id)


def change_before_each_write(cloud: MemoryCloud, job_id: str, times: int) -> None:
    """Let the job be written by another process right before the next writes of it."""
    left = [times]

    def change(method: str, key: str) -> None:
        if method == "replace" and key == keys.job(job_id) and left[0]:
            left[0] -= 1
            before, cloud.artifacts.before = cloud.artifacts.before, lambda method, key: None
            record = store.load(cloud, job_id)
            store.write(cloud, record, record.job.model_copy(update={"progress": Progress(rows_done=left[0])}))
            cloud.artifacts.before = before

    cloud.artifacts.before = change


def test_a_job_that_its_worker_changes_at_the_same_moment_is_cancelled_all_the_same(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    change_before_each_write(cloud, job.job_id, times=3)
    assert control.cancel(cloud, job.job_id).state == "failed"


def test_a_job_that_keeps_changing_is_not_cancelled(cloud: MemoryCloud) -> None:
    job = submit_training(cloud)
    change_before_each_write(cloud, job.job_id, times=100)
    with pytest.raises(JobNotCancellable, match="changed at the same moment"):
        control.cancel(cloud, job.job_id)


def test_a_missing_job_is_not_found(cloud: MemoryCloud) -> None:
    with pytest.raises(JobNotFound):
        store.read(cloud, "00000000-0000-7000-8000-000000000000")
    with pytest.raises(InvalidName):
        store.read(cloud, "../../etc/passwd")


def test_a_change_whose_response_was_lost_counts_as_written(cloud: MemoryCloud) -> None:
    upload = put_upload(cloud, "train/iris/a.csv")
    lease = lease_upload(cloud, upload)
    record = store.load(cloud, lease.job.job_id)
    changed = record.job.announce_again(now=cloud.now(), upload=upload)
    store.write(cloud, record, changed)
    assert store.write(cloud, record, changed).job == store.read(cloud, lease.job.job_id) == changed
