"""What a client can do with a job: read it, wait for it, retry it, cancel it."""

from datetime import datetime

from mini_ml import errors, keys
from mini_ml.jobs import store, uploads
from mini_ml.jobs.job import Job
from mini_ml.jobs.job_log import add_requested_job
from mini_ml.ports import Cloud
from mini_ml.registry import versions

_CANCEL_TRIES = 5
_CHANGED = "The job changed at the same moment. Get it again, then decide."
_FIRST_POLL_SECONDS = 0.01
_LAST_POLL_SECONDS = 0.25
_SLOWING = 1.1
"""Factor between two polls: an end is seen late by at most a tenth of the wait, and 25 seconds cost some 120 reads."""


def read(cloud: Cloud, job_id: str) -> Job:
    """Return the job that a request is about. Raises InvalidName or JobNotFound."""
    job = store.read(cloud, job_id)
    add_requested_job(job)
    return job


def wait(cloud: Cloud, job_id: str, until: datetime) -> Job:
    """Return the job as soon as it has ended, or as it is at `until`."""
    pause = _FIRST_POLL_SECONDS
    while True:
        job = store.load(cloud, job_id).job
        left = (until - cloud.now()).total_seconds()
        if not job.is_open or left <= 0:
            return job
        cloud.sleep(min(pause, left))
        pause = min(pause * _SLOWING, _LAST_POLL_SECONDS)


def retry(cloud: Cloud, job_id: str) -> Job:
    """Queue a failed job again, with all its attempts.

    Raises:
        InvalidName, JobNotFound: there is no such job.
        JobNotRetryable: it has not failed, its options are unknown, its file is missing, or it just changed.
        UploadUnreadable: S3 does not let the platform look at its file.
    """
    record = store.load(cloud, keys.validate_job_id(job_id))
    add_requested_job(record.job)
    record.job.check_retryable()
    upload = uploads.find_upload(cloud, record.job)
    if upload is None:
        raise errors.JobNotRetryable("The file of this job never arrived; upload it again.")
    # Marked before it is written, so that the sweep finds the job even if this process dies in between.
    cloud.artifacts.put(keys.open_job(job_id), b"")
    queued = record.job.retry(now=cloud.now(), upload=upload)
    try:
        store.write(cloud, record, queued)
    except errors.StaleWrite as error:
        raise errors.JobNotRetryable(_CHANGED) from error
    uploads.announce(cloud, queued)
    return queued


def cancel(cloud: Cloud, job_id: str) -> Job:
    """End an open job, even while a worker holds its lease and writes its progress.

    Raises:
        InvalidName, JobNotFound: there is no such job.
        JobNotCancellable: it has ended, may be publishing a version, or keeps changing.
    """
    for _ in range(_CANCEL_TRIES - 1):
        try:
            return _cancel_as_it_is(cloud, job_id)
        except errors.StaleWrite:
            continue  # its worker wrote at the same moment; decide again by what it wrote
    try:
        return _cancel_as_it_is(cloud, job_id)
    except errors.StaleWrite as error:
        raise errors.JobNotCancellable(_CHANGED) from error


def _cancel_as_it_is(cloud: Cloud, job_id: str) -> Job:
    """Cancel a job. Raises StaleWrite if it changes at the same moment."""
    record = store.load(cloud, keys.validate_job_id(job_id))
    add_requested_job(record.job)
    record.job.check_cancellable()
    if _may_be_published(cloud, record.job):
        raise errors.JobNotCancellable(f"The job may be publishing version {record.job.intent} of its model.")
    return store.write(cloud, record, record.job.cancel(now=cloud.now())).job


def _may_be_published(cloud: Cloud, job: Job) -> bool:
    """Return whether a worker has published, or may still publish, the version that the job recorded.

    A worker that seems lost may be about to write the manifest; only another job's manifest there rules that out.
    """
    if job.intent is None or job.model_name is None:
        return False
    manifest = versions.find_manifest(cloud.artifacts, job.model_name, job.intent)
    return manifest is None or manifest.job_id == job.job_id
