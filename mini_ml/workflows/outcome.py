"""How a job ends whose worker can no longer say so: well if its version was published, else with the reason why not."""

import errno
from typing import Any, Final

from mini_ml import errors, keys
from mini_ml.contracts import Job, Manifest, TrainResult
from mini_ml.ports import Cloud
from mini_ml.workflows import jobs, registry
from mini_ml.workflows.jobs import Record

_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The disk, the quota or the largest allowed file is full."""


def give_up(cloud: Cloud, record: Record, error: errors.MiniMLError) -> Record:
    """Fail a job, unless all that its worker had left to do was to say that it is done. Raises StaleWrite."""
    standing = published(cloud, record.job)
    if standing is None:
        return jobs.fail(cloud, record, error)
    return jobs.finish(cloud, record, state="succeeded", **of_version(cloud, standing))


def correct(cloud: Cloud, job_id: str) -> None:
    """Let a job succeed that was failed while its worker published: the version stands, so nothing else is true."""
    try:
        record = jobs.load(cloud, job_id)
        standing = published(cloud, record.job)
        if record.job.state == "failed" and standing is not None:
            jobs.finish(cloud, record, state="succeeded", failure=None, **of_version(cloud, standing))
    except errors.StaleWrite:
        return  # it was retried in this moment, and the next attempt finds the version


def reason_of(error: Exception) -> errors.MiniMLError:
    """Return what a client is told of an error that is not about the client's data, after the last attempt."""
    if isinstance(error, errors.Unavailable):
        return error
    if isinstance(error, MemoryError):
        return errors.OutOfMemory("The memory of its function was too small for this job. Hand over fewer rows.")
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        return errors.OutOfSpace("The disk of its function was too small for this job. Hand over a smaller file.")
    return errors.Internal("The platform failed on this job; its log names the job id.")


def published(cloud: Cloud, job: Job) -> Manifest | None:
    """Return the manifest that an attempt at this job has published, if one has and it can be read."""
    if job.intent is None or job.model_name is None:
        return None
    try:
        standing = registry.manifest(cloud.artifacts, job.model_name, job.intent)
    except (errors.NotFound, errors.ArtifactRejected):
        return None
    return standing if standing.job_id == job.job_id else None


def of_version(cloud: Cloud, manifest: Manifest) -> dict[str, Any]:
    """Return what a job says of the version that it has published."""
    bucket = cloud.artifacts.bucket
    result = TrainResult(
        version=manifest.version,
        manifest_uri=f"s3://{bucket}/{keys.manifest(manifest.model_name, manifest.version)}",
        model_uri=f"s3://{bucket}/{manifest.artifact.key}",
    )
    return {"version": manifest.version, "metrics": manifest.metrics, "result": result}
