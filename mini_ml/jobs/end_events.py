"""The event of a job that has ended: what it says, and how it is sent."""

import logging
import uuid

from mini_ml import errors
from mini_ml.contracts import JobEvent
from mini_ml.jobs.job import Job
from mini_ml.jobs.job_links import job_links
from mini_ml.ports import Cloud
from mini_ml.topology import EventType

logger = logging.getLogger(__name__)


def send_end_event(cloud: Cloud, job: Job) -> bool:
    """Send the event of a job that has ended, and return whether it need not be sent again.

    An event that the bus will never accept is logged and given up. The end of a job never fails because of its event.
    """
    try:
        cloud.events.send(build_end_event(job))
    except errors.EventNotSent:
        return False
    except errors.EventRejected as error:
        logger.error("event_rejected", extra={"job_id": job.job_id, "reason": error.detail})
    return True


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
