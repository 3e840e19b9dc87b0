"""Recovers what was lost: the sweep announces jobs and uploads again and sends events; dead letters end their jobs."""

import logging
from datetime import datetime, timedelta

from pydantic import ValidationError

from mini_ml import errors, keys
from mini_ml.contracts import SweepState, Upload
from mini_ml.jobs import intake, orphaned_uploads, outcome, store, sweep_run, uploads
from mini_ml.jobs.store import Record
from mini_ml.ports import Cloud
from mini_ml.topology.metrics import SWEEPS, UNREADABLE_MESSAGES

logger = logging.getLogger(__name__)


def sweep(cloud: Cloud) -> None:
    """Announce again, or end, open jobs that no worker has, and announce uploads that never got a job.

    A job that has ended, but whose event was not sent, is finished.

    A repeated sweep changes nothing more. One sweep works for at most two thirds of the time that its invocation has;
    the next one continues where it stopped. While one runs, another returns at once; if they overlap all the same, they
    only do some of the work twice.
    """
    began, third = cloud.now(), timedelta(seconds=cloud.limit_seconds(cloud.stage.sweeper_timeout_seconds) / 3)
    run = sweep_run.begin(cloud, began)
    if run is None:
        logger.info("sweep_skipped")
        return
    state = run.state
    try:
        jobs_after = _settle_jobs(cloud, state.jobs_after, deadline=began + third)
        state = SweepState(**{**dict(state), "jobs_after": jobs_after})
        state = orphaned_uploads.announce(cloud, state, deadline=began + 2 * third)
    finally:
        sweep_run.end(cloud, run, state)
    cloud.metrics.count(SWEEPS)


def _settle_jobs(cloud: Cloud, after: str, *, deadline: datetime) -> str:
    """Settle the next open jobs, and return the marker to continue after, or an empty string after the last one."""
    most = cloud.stage.sweep_jobs
    markers = list(cloud.artifacts.list_keys(keys.OPEN_JOBS, start_after=after, limit=most))
    for key in markers:
        _settle(cloud, keys.job_id_in_index(key))
        if cloud.now() > deadline:
            return key
    return markers[-1] if len(markers) == most else ""


def _settle(cloud: Cloud, job_id: str) -> None:
    try:
        record = store.load(cloud, job_id)
    except errors.JobNotFound:
        _forget(cloud, job_id)
        return
    except ValidationError:
        logger.exception("job_unreadable", extra={"job_id": job_id})
        return  # one unreadable job must not block the others
    if not record.job.is_open:
        _finish(cloud, record)
        return
    try:
        _settle_open(cloud, record)
    except errors.StaleWrite:
        return  # a worker or a client changed it at the same moment


def _finish(cloud: Cloud, record: Record) -> None:
    """Send the event of a job whose worker could not, unless the worker may still be sending it."""
    if record.job.has_ended_before(cloud.now() - timedelta(seconds=cloud.stage.resend_after_seconds)):
        store.finish(cloud, record)


def _forget(cloud: Cloud, job_id: str) -> None:
    """Delete the marker of a job that was never written, once its creator cannot be about to write it."""
    marker = keys.open_job(job_id)
    try:
        made = cloud.artifacts.head(marker).modified
    except errors.ObjectMissing:
        return  # another sweep was faster
    if cloud.now() - made > timedelta(seconds=cloud.stage.clock_slack_seconds):
        store.unmark(cloud, job_id)


def _settle_open(cloud: Cloud, record: Record) -> None:
    job, now = record.job, cloud.now()
    if job.has_live_lease(now):
        return
    requeue_after = timedelta(seconds=cloud.stage.requeue_after_seconds)
    if not job.has_attempts_left(cloud.stage.attempts):
        outcome.give_up(cloud, record, outcome.worker_lost(job))
    elif job.state == "running" or job.is_overdue(now=now, requeue_after=requeue_after):
        _announce_again(cloud, record)


def _announce_again(cloud: Cloud, record: Record) -> None:
    """Queue a job again, or fail it if its file never arrived or cannot be read. Raises StaleWrite."""
    job = record.job
    try:
        upload = uploads.find_upload(cloud, job)
    except errors.UploadUnreadable as error:
        outcome.fail(cloud, record, error)
        return
    if upload is None and job.is_upload_pending(cloud.now()):
        return
    if upload is None:
        outcome.fail(cloud, record, errors.UploadNotReceived("No file was received for this job; upload it again."))
        return
    queued = job.announce_again(now=cloud.now(), upload=upload)
    store.write(cloud, record, queued)
    uploads.announce(cloud, queued)


def fail_dead_letter(cloud: Cloud, upload: Upload) -> None:
    """End the job of a message that was delivered too often, unless a worker holds the job's lease."""
    arrival = intake.find_arrival(cloud, upload)
    if arrival is None or not arrival.record.job.is_open or arrival.record.job.has_live_lease(cloud.now()):
        return
    try:
        outcome.give_up(cloud, arrival.record, outcome.worker_lost(arrival.record.job))
    except errors.StaleWrite:
        return  # a worker or a client changed it at the same moment


def store_unreadable_message(cloud: Cloud, message_id: str, body: str) -> None:
    """Store a dead letter that names no upload under a key where an operator finds it, as it belongs to no job."""
    key = keys.unreadable_message(message_id)
    cloud.artifacts.put(key, body.encode())
    cloud.metrics.count(UNREADABLE_MESSAGES)
    logger.error("dead_letter_unreadable", extra={"message_id": message_id, "kept_as": key})
