"""Jobs in S3: loaded with their ETag, created with their index keys, written only over the version that was read."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from mini_ml import errors, keys
from mini_ml.jobs.end_events import send_end_event
from mini_ml.jobs.ended import count_ended
from mini_ml.jobs.job import Job
from mini_ml.jobs.job_log import log_change, log_created
from mini_ml.ports import Cloud, ObjectHead


@dataclass(frozen=True, kw_only=True)
class Record:
    """A job and the ETag that it was read with."""

    job: Job
    etag: str


def read(cloud: Cloud, job_id: str) -> Job:
    """Return a job by the id a client gave. Raises InvalidName or JobNotFound."""
    return load(cloud, keys.validate_job_id(job_id)).job


def load(cloud: Cloud, job_id: str) -> Record:
    """Return a job with its ETag, so that it can be written back. Ignores fields of other releases.

    Raises:
        JobNotFound: there is no job with this id.
    """
    try:
        stored = cloud.artifacts.get(keys.job(job_id))
    except errors.ObjectMissing as error:
        issue = errors.Issue(parameter="job_id", reason="no job has this id", hint="GET /jobs lists them")
        raise errors.JobNotFound(f"There is no job {job_id}.", issues=[issue]) from error
    return Record(job=Job.model_validate_json(stored.body, extra="ignore"), etag=stored.head.etag)


def create(cloud: Cloud, job: Job) -> Record:
    """Write a new job, its index keys first, and return it; return the existing one if it was already written.

    The open marker is written first so that the sweep finds the job even if this process dies right after. If the
    writes took long, the sweep may have deleted the marker as that of a dead creator, so it is written again.
    """
    began = cloud.now()
    cloud.artifacts.put(keys.open_job(job.job_id), b"")
    cloud.artifacts.put(keys.job_by_time(job.job_id, job.created_at), b"")
    try:
        head = cloud.artifacts.put_new(keys.job(job.job_id), _body(job))
    except errors.AlreadyExists:
        return load(cloud, job.job_id)
    log_created(job)
    record = Record(job=job, etag=head.etag)
    if not job.is_open:
        count_ended(cloud.metrics, job)
        finish(cloud, record)
    elif cloud.now() - began > timedelta(seconds=cloud.stage.clock_slack_seconds / 2):
        cloud.artifacts.put(keys.open_job(job.job_id), b"")
    return record


def write(cloud: Cloud, record: Record, job: Job) -> Record:
    """Write a changed job over exactly the version in `record`, and finish it if it has ended.

    Raises:
        StaleWrite: another process has changed the job since it was read.
    """
    body = _body(job)
    if not record.job.is_open and not job.is_open:
        # It left the index of open jobs when it ended before. The sweep must find it if this process dies.
        cloud.artifacts.put(keys.open_job(job.job_id), b"")
    try:
        head = cloud.artifacts.replace(keys.job(job.job_id), body, etag=record.etag)
    except errors.StaleWrite:
        head = _head_of_own_write(cloud, job.job_id, body)
    log_change(record.job, job)
    if not job.is_open and job.state != record.job.state:
        count_ended(cloud.metrics, job)
    written = Record(job=job, etag=head.etag)
    if not job.is_open:
        finish(cloud, written)
    return written


def _head_of_own_write(cloud: Cloud, job_id: str, body: bytes) -> ObjectHead:
    """Return the head of the stored job if this write reached S3 and only its response was lost.

    The S3 client repeats such a write and gets 412 for it, but the stored bytes are the ones it wrote.
    """
    stored = cloud.artifacts.get(keys.job(job_id))
    if stored.body != body:
        raise errors.StaleWrite(f"Job {job_id} was changed by another process.")
    return stored.head


def finish(cloud: Cloud, ended: Record) -> None:
    """Send the event of a job that has ended, then remove the job from the index of open ones.

    If the event bus is unavailable, or this process dies, the job stays in the index, and the sweep calls this again.
    """
    if send_end_event(cloud, ended.job):
        unmark(cloud, ended.job.job_id, etag=ended.etag)


def unmark(cloud: Cloud, job_id: str, *, etag: str | None = None) -> None:
    """Remove a job from the index of open ones, unless it was created or changed at the same moment.

    Args:
        cloud: the ports.
        job_id: the job.
        etag: ETag of the job as it ended; None if it was never written.
    """
    cloud.artifacts.delete(keys.open_job(job_id))
    with suppress(errors.JobNotFound):
        if load(cloud, job_id).etag != etag:
            cloud.artifacts.put(keys.open_job(job_id), b"")


def _body(job: Job) -> bytes:
    return job.model_dump_json().encode()
