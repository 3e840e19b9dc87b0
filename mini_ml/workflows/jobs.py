"""Jobs in S3: read, created with their index keys, changed only by If-Match, waited for, retried, cancelled."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mini_ml import errors, keys
from mini_ml.contracts import Failure, IssueView, Job, Upload
from mini_ml.ports import Cloud, ObjectHead
from mini_ml.workflows import registry

_FIRST_POLL_SECONDS = 0.01
_LAST_POLL_SECONDS = 0.25
_SLOWING = 1.1
"""So that an end is seen late by a tenth of the time it took, and 25 seconds cost some 120 reads."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A job and the ETag that it was read with."""

    job: Job
    etag: str


def read(cloud: Cloud, job_id: str) -> Job:
    """Return a job. Raises InvalidName or JobNotFound."""
    return load(cloud, keys.checked_job_id(job_id)).job


def load(cloud: Cloud, job_id: str) -> Record:
    """Return a job to be changed; fields of another release are passed over. Raises JobNotFound."""
    try:
        stored = cloud.artifacts.get(keys.job(job_id))
    except errors.ObjectMissing as error:
        fault = errors.Issue(parameter="job_id", reason="no job has this id", hint="GET /jobs lists them")
        raise errors.JobNotFound(f"There is no job {job_id}.", issues=[fault]) from error
    return Record(job=Job.model_validate_json(stored.body, extra="ignore"), etag=stored.head.etag)


def create(cloud: Cloud, job: Job) -> Record:
    """Write a new job, its index keys first, and return it; where it exists already, return that one.

    The open marker comes first so that the sweep finds the job however soon after we die. Should we have slept in
    between, the sweep may have taken the marker for that of a dead creator, so it is put again.
    """
    began = cloud.now()
    cloud.artifacts.put(keys.open_job(job.job_id), b"")
    cloud.artifacts.put(keys.job_by_time(job.job_id, job.created_at), b"")
    try:
        head = cloud.artifacts.put_new(keys.job(job.job_id), _body(job))
    except errors.AlreadyExists:
        return load(cloud, job.job_id)
    if not job.is_open:
        unmark(cloud, job.job_id)
    elif cloud.now() - began > timedelta(seconds=cloud.stage.clock_slack_seconds / 2):
        cloud.artifacts.put(keys.open_job(job.job_id), b"")
    return Record(job=job, etag=head.etag)


def unmark(cloud: Cloud, job_id: str) -> None:
    """Take a job out of the index of open ones, unless it was retried, or made, in this moment."""
    cloud.artifacts.delete(keys.open_job(job_id))
    with suppress(errors.JobNotFound):
        if load(cloud, job_id).job.is_open:
            cloud.artifacts.put(keys.open_job(job_id), b"")


def change(cloud: Cloud, record: Record, **updates: Any) -> Record:
    """Write a changed job over exactly the version that was read. Raises StaleWrite when it has changed since.

    A client's retry of a write whose answer was lost is refused by S3 although it stands; what stands is then
    byte for byte what was meant, and counts as written.
    """
    job = record.job.model_copy(update=updates)
    body = _body(job)
    try:
        head = cloud.artifacts.replace(keys.job(job.job_id), body, etag=record.etag)
    except errors.StaleWrite:
        head = _own_write(cloud, job.job_id, body)
    return Record(job=job, etag=head.etag)


def _own_write(cloud: Cloud, job_id: str, body: bytes) -> ObjectHead:
    standing = cloud.artifacts.get(keys.job(job_id))
    if standing.body != body:
        raise errors.StaleWrite(f"Job {job_id} was changed by somebody else.")
    return standing.head


def _body(job: Job) -> bytes:
    return job.model_dump_json().encode()


def finish(cloud: Cloud, record: Record, **updates: Any) -> Record:
    """Make a job terminal and take it out of the index of open ones. Raises StaleWrite."""
    ended = change(cloud, record, finished_at=cloud.now(), lease=None, **updates)
    unmark(cloud, ended.job.job_id)
    return ended


def fail(cloud: Cloud, record: Record, error: errors.MiniMLError) -> Record:
    """End a job with the reason why. Raises StaleWrite."""
    return finish(cloud, record, state="failed", failure=failure_of(error))


def failure_of(error: errors.MiniMLError) -> Failure:
    """Return an error as it is stored in a job."""
    issues = tuple(map(IssueView.of, error.issues))
    return Failure(code=error.code, detail=error.detail, errors=issues, retryable=error.retryable)


def has_live_lease(cloud: Cloud, job: Job) -> bool:
    """Tell whether a worker holds the job now."""
    return job.lease is not None and job.lease.expires_at > cloud.now()


def is_used_up(cloud: Cloud, job: Job) -> bool:
    """Tell whether a job has had all the attempts that it may have."""
    return job.attempt - job.attempts_before >= cloud.stage.attempts


def wait(cloud: Cloud, job_id: str, until: datetime) -> Job:
    """Return the job as soon as it is terminal, or as it is when the time has come."""
    pause = _FIRST_POLL_SECONDS
    while True:
        job = load(cloud, job_id).job
        left = (until - cloud.now()).total_seconds()
        if not job.is_open or left <= 0:
            return job
        cloud.sleep(min(pause, left))
        pause = min(pause * _SLOWING, _LAST_POLL_SECONDS)


def announce(cloud: Cloud, job: Job) -> None:
    """Put a reference to the job's upload onto its queue."""
    cloud.queues[job.kind].send(job.upload)


def located(cloud: Cloud, job: Job) -> Upload | None:
    """Return the job's upload with the object version that arrived; None when nothing has."""
    if job.upload.version_id is not None:
        return job.upload
    try:
        head = cloud.uploads.head(job.upload.key)
    except errors.ObjectMissing:
        return None
    return completed(job.upload, head)


def completed(upload: Upload, head: ObjectHead) -> Upload:
    """Return an upload with what the store knows of it; a time that is already known stays."""
    return upload.model_copy(
        update={
            "version_id": head.version_id,
            "size": head.size,
            "uploaded_at": upload.uploaded_at or head.modified,
        }
    )


def retry(cloud: Cloud, job_id: str) -> Job:
    """Queue a failed job again, with all its attempts. Raises JobNotRetryable."""
    record = load(cloud, keys.checked_job_id(job_id))
    if record.job.state != "failed":
        raise errors.JobNotRetryable(f"The job is {record.job.state}; only a failed job can be retried.")
    if record.job.train is None and record.job.predict is None:
        raise errors.JobNotRetryable("The key or the options of this upload are wrong; hand it over again, corrected.")
    upload = located(cloud, record.job)
    if upload is None:
        raise errors.JobNotRetryable("The file of this job never arrived; hand it over again.")
    cloud.artifacts.put(keys.open_job(job_id), b"")
    queued = _changed_or_conflict(
        cloud,
        record,
        errors.JobNotRetryable,
        state="queued",
        attempts_before=record.job.attempt,
        upload=upload,
        queued_at=cloud.now(),
        announcements=0,
        finished_at=None,
        setback=None,
        failure=None,
    )
    announce(cloud, queued.job)
    return queued.job


def cancel(cloud: Cloud, job_id: str) -> Job:
    """End an open job, whoever works on it. Raises JobNotCancellable once it is terminal or being published."""
    record = load(cloud, keys.checked_job_id(job_id))
    if not record.job.is_open:
        raise errors.JobNotCancellable(f"The job has already {record.job.state}.")
    if _may_be_published(cloud, record.job):
        raise errors.JobNotCancellable(f"The job may be publishing version {record.job.intent} of its model.")
    failure = failure_of(errors.JobCancelled("The job was cancelled by a client."))
    ended = _changed_or_conflict(
        cloud,
        record,
        errors.JobNotCancellable,
        state="failed",
        failure=failure,
        finished_at=cloud.now(),
        lease=None,
    )
    unmark(cloud, job_id)
    return ended.job


def _may_be_published(cloud: Cloud, job: Job) -> bool:
    """Tell whether the number that a worker wrote down is or may become this job's; another's manifest rules it out.

    The worker may be one that everybody takes for lost, and that is about to write all the same.
    """
    if job.intent is None or job.model_name is None:
        return False
    try:
        return registry.manifest(cloud.artifacts, job.model_name, job.intent).job_id == job.job_id
    except errors.NotFound:
        return True


def _changed_or_conflict(cloud: Cloud, record: Record, conflict: type[errors.Conflict], **updates: Any) -> Record:
    try:
        return change(cloud, record, **updates)
    except errors.StaleWrite as error:
        raise conflict("The job changed at the same moment; look at it and try again.") from error
