"""The rules of a job: its states, what moves it from one to the next, and what may be done with it.

Every function that changes a job takes the values it needs by name and returns a new, validated `Job`; nothing here
reads or writes a store. `store.write` writes the result over the version it was made from.

    awaiting_upload ── lease_job ──────────────┐
          │                                    ▼        ┌─ renew_lease, record_intent
          │ announce_again   ┌─ lease_job ─▶ running ◀──┘
          ▼                  │                 │  │
        queued ──────────────┘                 │  └─ succeed_training, succeed_prediction ─▶ succeeded
          ▲                                    │                                                 ▲
          ├─ give_back, announce_again ────────┘                                                 │
          │                                                                  succeed_training    │
          └─ retry_job ── failed ◀── fail_job, from every open state     (it was published) ─────┘

An open job is `awaiting_upload`, `queued` or `running`. `lease_job` also takes over a `running` job whose lease has
expired. A job that was failed while its worker published a version succeeds after all.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from mini_ml import errors
from mini_ml.contracts import (
    Failure,
    IssueView,
    Job,
    Lease,
    Metrics,
    PredictResult,
    Progress,
    State,
    TrainResult,
    Upload,
)

_NEXT_STATES: Final[Mapping[State, frozenset[State]]] = {
    "awaiting_upload": frozenset({"queued", "running", "failed"}),
    "queued": frozenset({"queued", "running", "succeeded", "failed"}),
    "running": frozenset({"queued", "running", "succeeded", "failed"}),
    "failed": frozenset({"queued", "succeeded"}),
    "succeeded": frozenset(),
}
_MAX_ANNOUNCEMENTS: Final = 10
"""The count stops here, so that the wait between two announcements stops doubling."""


def await_upload(job: Job, *, expires_at: datetime) -> Job:
    """Return a new, unwritten job that waits for its file until `expires_at`."""
    return _replace(job, state="awaiting_upload", expires_at=expires_at)


def lease_job(
    job: Job, *, holder: str, now: datetime, expires_at: datetime, upload: Upload, version: int | None
) -> Job:
    """Start an attempt: give the job to one worker until `expires_at`.

    Args:
        job: an open job without a live lease.
        holder: unique id of the worker's lease.
        now: the time at which the attempt starts.
        expires_at: when other workers may take the job over, unless the lease is renewed.
        upload: the object version to work on; an upload time that the job already has stays.
        version: the job's model version: pinned by the first lease of a prediction, else what the job has.
    """
    uploaded_at = job.upload.uploaded_at or upload.uploaded_at
    return _move(
        job,
        "running",
        attempt=job.attempt + 1,
        started_at=job.started_at or now,
        upload=Upload(**{**dict(upload), "uploaded_at": uploaded_at}),
        progress=Progress(bytes_total=upload.size or 0),
        lease=Lease(holder=holder, expires_at=expires_at),
        version=version,
    )


def renew_lease(job: Job, *, expires_at: datetime, progress: Progress) -> Job:
    """Extend the lease and record the progress. Raises LeaseLost if the job has no lease."""
    return _replace(job, lease=_renewed_lease(job, expires_at), progress=progress)


def record_intent(job: Job, *, version: int, expires_at: datetime) -> Job:
    """Record the version number about to be published, and extend the lease. Raises LeaseLost if there is none."""
    return _replace(job, lease=_renewed_lease(job, expires_at), intent=version)


def _renewed_lease(job: Job, expires_at: datetime) -> Lease:
    if job.lease is None:
        raise errors.LeaseLost(f"The lease on job {job.job_id} was lost.")
    return Lease(holder=job.lease.holder, expires_at=expires_at)


def succeed_training(job: Job, *, now: datetime, result: TrainResult, metrics: Metrics, progress: Progress) -> Job:
    """End a training whose version is published. A failed job succeeds too: its worker published before it failed."""
    return _move(
        job,
        "succeeded",
        finished_at=now,
        lease=None,
        failure=None,
        version=result.version,
        result=result,
        metrics=metrics,
        progress=progress,
    )


def succeed_prediction(job: Job, *, now: datetime, result: PredictResult, progress: Progress) -> Job:
    """End a batch prediction whose output is written."""
    return _move(job, "succeeded", finished_at=now, lease=None, failure=None, result=result, progress=progress)


def fail_job(job: Job, *, now: datetime, failure: Failure) -> Job:
    """End an open job with the reason for its failure."""
    return _move(job, "failed", finished_at=now, lease=None, failure=failure)


def cancel_job(job: Job, *, now: datetime) -> Job:
    """End an open job at a client's request, even if a worker holds its lease."""
    return fail_job(job, now=now, failure=build_failure(errors.JobCancelled("The job was cancelled by a client.")))


def give_back(job: Job, *, now: datetime, setback: Failure) -> Job:
    """Return a job to its queue after an attempt that failed for a reason other than the client's data."""
    return _move(job, "queued", lease=None, queued_at=now, setback=setback)


def announce_again(job: Job, *, now: datetime, upload: Upload) -> Job:
    """Queue an open job again whose message or worker was lost; each announcement doubles the wait for the next."""
    announcements = min(job.announcements + 1, _MAX_ANNOUNCEMENTS)
    return _move(job, "queued", lease=None, upload=upload, queued_at=now, announcements=announcements)


def retry_job(job: Job, *, now: datetime, upload: Upload) -> Job:
    """Queue a failed job again with all its attempts."""
    return _move(
        job,
        "queued",
        attempts_before=job.attempt,
        upload=upload,
        queued_at=now,
        announcements=0,
        finished_at=None,
        setback=None,
        failure=None,
    )


def _move(job: Job, state: State, **fields: object) -> Job:
    """Return the job in its next state. Raises ValueError if the state diagram has no such arrow."""
    if state not in _NEXT_STATES[job.state]:
        raise ValueError(f"Job {job.job_id} is {job.state} and cannot become {state}.")
    return _replace(job, state=state, **fields)


def _replace(job: Job, **fields: object) -> Job:
    """Return a copy with new values, validated: an unknown field or a wrong type raises pydantic's ValidationError."""
    return Job.model_validate({**dict(job), **fields})


def build_failure(error: errors.MiniMLError) -> Failure:
    """Return an error in the form in which a job stores it."""
    issues = tuple(map(IssueView.of, error.issues))
    return Failure(code=error.code, detail=error.detail, errors=issues, retryable=error.retryable)


def has_live_lease(job: Job, now: datetime) -> bool:
    """Return whether a worker currently holds the lease."""
    return job.lease is not None and job.lease.expires_at > now


def attempts_made(job: Job) -> int:
    """Return the number of attempts since the job was created or last retried."""
    return job.attempt - job.attempts_before


def has_attempts_left(job: Job, attempts: int) -> bool:
    """Return whether the job may be tried again when `attempts` are allowed."""
    return attempts_made(job) < attempts


def is_overdue(job: Job, *, now: datetime, requeue_after: timedelta) -> bool:
    """Return whether a queued job has waited so long that its message may be lost.

    The allowed wait doubles with each announcement, so a long queue is not filled with repeated messages.
    """
    allowed: timedelta = requeue_after * 2**job.announcements
    return now - (job.queued_at or job.created_at) > allowed


def is_upload_pending(job: Job, now: datetime) -> bool:
    """Return whether the job's file may still be uploaded."""
    return job.state == "awaiting_upload" and job.expires_at is not None and job.expires_at > now


def is_for_object(job: Job, upload: Upload) -> bool:
    """Return whether the job was made for the upload's bucket and key, whatever the object version."""
    return (job.upload.bucket, job.upload.key) == (upload.bucket, upload.key)


def waits_for(job: Job, upload: Upload) -> bool:
    """Return whether the job was made for this object and has not taken another version of it."""
    return is_for_object(job, upload) and job.upload.version_id in (None, upload.version_id)


def check_retryable(job: Job) -> None:
    """Raise JobNotRetryable unless the job failed and its options are known."""
    if job.state != "failed":
        raise errors.JobNotRetryable(f"The job is {job.state}; only a failed job can be retried.")
    if job.train is None and job.predict is None:
        raise errors.JobNotRetryable("The key or the options of this upload are wrong; upload it again, corrected.")


def check_cancellable(job: Job) -> None:
    """Raise JobNotCancellable if the job has ended."""
    if not job.is_open:
        raise errors.JobNotCancellable(f"The job has already {job.state}.")
