"""How a job ends whose worker can no longer say so: well if its version was published, else with the reason why not."""

from typing import Any

from mini_ml import errors, keys
from mini_ml.contracts import Job, Manifest, TrainResult
from mini_ml.ports import Cloud
from mini_ml.workflows import jobs, registry
from mini_ml.workflows.jobs import Record


def give_up(cloud: Cloud, record: Record, error: errors.MiniMLError) -> Record:
    """Fail a job, unless all that its worker had left to do was to say that it is done. Raises StaleWrite."""
    standing = published(cloud, record.job)
    if standing is None:
        return jobs.fail(cloud, record, error)
    return jobs.finish(cloud, record, state="succeeded", **of_version(cloud, standing))


def published(cloud: Cloud, job: Job) -> Manifest | None:
    """Return the manifest that an attempt at this job has published, if one has."""
    if job.intent is None or job.model_name is None:
        return None
    try:
        standing = registry.manifest(cloud.artifacts, job.model_name, job.intent)
    except errors.NotFound:
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
