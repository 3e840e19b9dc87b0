"""The net below the queues: the sweep finds what no message announces any more, the dead letters end their jobs."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mini_ml import errors, keys
from mini_ml.contracts import Job, Upload
from mini_ml.ports import Cloud, ObjectHead
from mini_ml.workflows import intake, jobs, lease, outcome
from mini_ml.workflows.jobs import Record

_SLACK = timedelta(minutes=5)
"""How far before the last sweep the next one looks again, for clocks that disagree."""


def sweep(cloud: Cloud) -> None:
    """Announce again, or end, every open job that nobody works on, and every upload that never got a job."""
    for key in cloud.artifacts.list_keys(keys.OPEN_JOBS):
        _settle(cloud, keys.job_id_in_index(key))
    _sweep_uploads(cloud)


def _settle(cloud: Cloud, job_id: str) -> None:
    try:
        record = jobs.load(cloud, job_id)
    except errors.JobNotFound:
        _forget(cloud, job_id)
        return
    if not record.job.is_open:
        cloud.artifacts.delete(keys.open_job(job_id))
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
    if cloud.now() - made > _SLACK:
        cloud.artifacts.delete(marker)


def _settle_open(cloud: Cloud, record: Record) -> None:
    job = record.job
    if jobs.has_live_lease(cloud, job):
        return
    if jobs.is_used_up(cloud, job):
        outcome.give_up(cloud, record, lease.worker_lost(cloud))
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


def _sweep_uploads(cloud: Cloud) -> None:
    """Announce uploads of which no job knows; how far the last sweep came lies in S3, so no downtime hides any."""
    until = cloud.now() - timedelta(seconds=cloud.stage.requeue_after_seconds)
    since = _last_sweep(cloud)
    for head in _uploads(cloud):
        if (since is None or head.modified >= since) and head.modified <= until:
            _announce_jobless(cloud, head)
    cloud.artifacts.put(keys.SWEPT_UNTIL, (until - _SLACK).isoformat().encode())


def _last_sweep(cloud: Cloud) -> datetime | None:
    try:
        return datetime.fromisoformat(cloud.artifacts.get(keys.SWEPT_UNTIL).body.decode())
    except errors.ObjectMissing:
        return None


def _uploads(cloud: Cloud) -> Iterator[ObjectHead]:
    for prefix in keys.UPLOAD_PREFIXES.values():
        yield from cloud.uploads.list_versions(prefix)


def _announce_jobless(cloud: Cloud, head: ObjectHead) -> None:
    name = keys.parse_upload(head.key)
    if name is None:
        return
    upload = jobs.completed(Upload(bucket=cloud.uploads.bucket, key=head.key), head)
    if not intake.has_job(cloud, upload):
        cloud.queues[name.kind].send(upload)


def bury(cloud: Cloud, upload: Upload) -> None:
    """End the job of a message that was delivered too often, unless a worker holds the job after all."""
    arrival = intake.arrival(cloud, upload)
    if arrival is None or not arrival.record.job.is_open or jobs.has_live_lease(cloud, arrival.record.job):
        return
    try:
        outcome.give_up(cloud, arrival.record, lease.worker_lost(cloud))
    except errors.StaleWrite:
        return  # somebody has taken it up in this moment
