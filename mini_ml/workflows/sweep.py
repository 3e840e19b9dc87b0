"""The net below the queues: the sweep finds what no message announces any more, the dead letters end their jobs."""

import logging
from datetime import datetime, timedelta

from pydantic import ValidationError

from mini_ml import errors, keys
from mini_ml.contracts import Job, SweepState, Upload
from mini_ml.ports import Cloud
from mini_ml.workflows import intake, jobs, lease, orphaned_uploads, outcome
from mini_ml.workflows.jobs import Record

logger = logging.getLogger(__name__)


def sweep(cloud: Cloud) -> None:
    """Announce again, or end, open jobs that nobody works on, and announce uploads that never got a job.

    Doing it twice changes nothing more, and one sweep does no more than its function has time for: the next one goes
    on where it stopped.
    """
    began, third = cloud.now(), timedelta(seconds=cloud.stage.api_timeout_seconds / 3)
    state = _state(cloud)
    state = state.model_copy(update={"jobs_after": _settle_jobs(cloud, state.jobs_after, deadline=began + third)})
    state = orphaned_uploads.announce(cloud, state, deadline=began + 2 * third)
    cloud.artifacts.put(keys.SWEEP_STATE, state.model_dump_json().encode())


def _state(cloud: Cloud) -> SweepState:
    try:
        return SweepState.model_validate_json(cloud.artifacts.get(keys.SWEEP_STATE).body, extra="ignore")
    except errors.ObjectMissing:
        return SweepState()


def _settle_jobs(cloud: Cloud, after: str, *, deadline: datetime) -> str:
    """Settle the next open jobs, and return where to go on; from the start again once all have had their turn."""
    most = cloud.stage.sweep_jobs
    markers = list(cloud.artifacts.list_keys(keys.OPEN_JOBS, start_after=after, limit=most))
    for key in markers:
        _settle(cloud, keys.job_id_in_index(key))
        if cloud.now() > deadline:
            return key
    return markers[-1] if len(markers) == most else ""


def _settle(cloud: Cloud, job_id: str) -> None:
    try:
        record = jobs.load(cloud, job_id)
    except errors.JobNotFound:
        _forget(cloud, job_id)
        return
    except ValidationError:
        logger.exception("job_unreadable", extra={"job_id": job_id})
        return  # whatever it is, it keeps no other job waiting
    if not record.job.is_open:
        jobs.unmark(cloud, job_id)
        return
    try:
        _settle_open(cloud, record)
    except errors.StaleWrite:
        return  # somebody works on it after all


def _forget(cloud: Cloud, job_id: str) -> None:
    """Drop the marker of a job that was never written, once its creator has surely gone."""
    marker = keys.open_job(job_id)
    try:
        made = cloud.artifacts.head(marker).modified
    except errors.ObjectMissing:
        return  # another sweep was faster
    if cloud.now() - made > timedelta(seconds=cloud.stage.clock_slack_seconds):
        jobs.unmark(cloud, job_id)


def _settle_open(cloud: Cloud, record: Record) -> None:
    job = record.job
    if jobs.has_live_lease(cloud, job):
        return
    if jobs.is_used_up(cloud, job):
        outcome.give_up(cloud, record, lease.worker_lost(record.job))
    elif job.state == "running" or _is_overdue(cloud, job):
        _announce(cloud, record)


def _is_overdue(cloud: Cloud, job: Job) -> bool:
    """Tell whether a queued job has waited so long that its message may be lost; each round waits twice as long."""
    patience = timedelta(seconds=cloud.stage.requeue_after_seconds * 2**job.announcements)
    return cloud.now() - (job.queued_at or job.created_at) > patience


def _announce(cloud: Cloud, record: Record) -> None:
    """Queue a job anew; one whose file never arrived has failed."""
    upload = jobs.located(cloud, record.job)
    if upload is None and _may_still_arrive(cloud, record.job):
        return
    if upload is None:
        jobs.fail(cloud, record, errors.UploadNotReceived("No file was received for this job; hand it over again."))
        return
    queued = jobs.change(
        cloud,
        record,
        state="queued",
        lease=None,
        upload=upload,
        queued_at=cloud.now(),
        announcements=min(record.job.announcements + 1, 10),
    )
    jobs.announce(cloud, queued.job)


def _may_still_arrive(cloud: Cloud, job: Job) -> bool:
    return job.state == "awaiting_upload" and job.expires_at is not None and job.expires_at > cloud.now()


def fail_dead_letter(cloud: Cloud, upload: Upload) -> None:
    """End the job of a message that was delivered too often, unless a worker holds the job after all."""
    arrival = intake.arrival(cloud, upload)
    if arrival is None or not arrival.record.job.is_open or jobs.has_live_lease(cloud, arrival.record.job):
        return
    try:
        outcome.give_up(cloud, arrival.record, lease.worker_lost(arrival.record.job))
    except errors.StaleWrite:
        return  # somebody has taken it up in this moment


def store_unreadable_message(cloud: Cloud, message_id: str, body: str) -> None:
    """Put a dead letter that names no upload where a human finds it, since no job can tell of it."""
    key = keys.unreadable_message(message_id)
    cloud.artifacts.put(key, body.encode())
    logger.error("dead_letter_unreadable", extra={"message_id": message_id, "kept_as": key})
