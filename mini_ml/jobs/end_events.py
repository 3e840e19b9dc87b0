"""The event of a job that has ended: what it says, and how it is sent."""

import logging
import uuid
from datetime import timedelta
from typing import Final

from mini_ml import errors
from mini_ml.contracts import JobEvent
from mini_ml.jobs.job import Job
from mini_ml.jobs.job_links import job_links
from mini_ml.ports import Cloud
from mini_ml.topology import EventType
from mini_ml.topology.metrics import EVENTS

MAX_AGE: Final = timedelta(days=7)
"""Time after the end of a job for which its event is sent again, so that a bus that never returns costs no more."""

logger = logging.getLogger(__name__)


def send_end_event(cloud: Cloud, job: Job) -> bool:
    """Send the event of a job that has ended, and return whether it need not be sent again.

    An event that the bus will never accept, or has not accepted for `MAX_AGE`, is logged and given up. The end of a job
    never fails because of its event.
    """
    try:
        cloud.events.send(build_end_event(job))
    except errors.EventNotSent as error:
        if not job.has_ended_before(cloud.now() - MAX_AGE):
            cloud.metrics.count(EVENTS, outcome="delayed")
            return False
        _log_lost(cloud, job, "event_expired", error)
    except errors.EventRejected as error:
        _log_lost(cloud, job, "event_rejected", error)
    else:
        cloud.metrics.count(EVENTS, outcome="sent")
    return True


def _log_lost(cloud: Cloud, job: Job, message: str, error: errors.MiniMLError) -> None:
    logger.error(message, extra={"job_id": job.job_id, "reason": error.detail})
    cloud.metrics.count(EVENTS, outcome="lost")


def build_end_event(job: Job) -> JobEvent:
    """Return the event of a job that has ended."""
    finished_at = job.finished_at or job.created_at
    return JobEvent(
        type=_type_of(job),
        event_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{job.job_id} {job.state} {finished_at.isoformat()}")),
        job_id=job.job_id,
        kind=job.kind,
        model_name=job.model_name,
        version=job.version,
        code=job.failure.code if job.failure else None,
        correlation_id=job.correlation_id,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=finished_at,
        attempt=job.attempt,
        links={name: path.removeprefix("/") for name, path in job_links(job).items()},
    )


def _type_of(job: Job) -> EventType:
    if job.failure is None:
        return "job.succeeded"
    return "job.cancelled" if job.failure.code == errors.JobCancelled.code else "job.failed"
