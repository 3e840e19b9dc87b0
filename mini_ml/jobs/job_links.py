"""Where a job, its results and its model version are found: paths of the API, for answers and for events."""

from mini_ml.jobs.job import Job


def job_path(job_id: str) -> str:
    """Return the path of a job."""
    return f"/jobs/{job_id}"


def version_path(model_name: str, version: int | str) -> str:
    """Return the path of a model version."""
    return f"/models/{model_name}/versions/{version}"


def job_links(job: Job) -> dict[str, str]:
    """Return the paths of a job's links, by name."""
    here = job_path(job.job_id)
    found = {"self": here}
    if job.state == "succeeded":
        found["result"] = f"{here}/result"
        if job.kind == "predict":
            found["summary"] = f"{here}/summary"
        if job.result is not None and job.result.rejects_key is not None:
            found["rejects"] = f"{here}/rejects"
    if job.model_name and job.version:
        found["model_version"] = version_path(job.model_name, job.version)
    if job.is_open:
        found["cancel"] = f"{here}/cancel"
    if job.can_be_retried:
        found["retry"] = f"{here}/retry"
    return found
