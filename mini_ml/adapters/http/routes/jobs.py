"""Routes below `/jobs`."""

from typing import Annotated

from fastapi import Path, Query, Request
from starlette.responses import Response

from mini_ml import errors, keys
from mini_ml.adapters.http.answering.job_responses import build_failure_response, build_pending_response
from mini_ml.adapters.http.answering.links import links_from, page_links
from mini_ml.adapters.http.answering.views import job_view, json_response
from mini_ml.adapters.http.openapi.document import problem_responses
from mini_ml.adapters.http.service import CloudDep, new_router
from mini_ml.contracts import JobPage, JobView, Kind, PredictResult, State, Url
from mini_ml.jobs import control
from mini_ml.jobs.job import Job
from mini_ml.jobs.job_links import job_path, version_path
from mini_ml.jobs.listing import Filters, list_page
from mini_ml.ports import Cloud

router = new_router("Jobs")

JobId = Annotated[str, Path(description="Id of the job.", json_schema_extra={"pattern": keys.JOB_ID})]
Redirect = Annotated[bool, Query(description="`false` returns the URL as JSON instead of redirecting to it.")]


@router.get(
    "/jobs",
    summary="List jobs, newest first",
    response_model=JobPage,
    response_description="A page of jobs; `links.next` is the next page.",
    responses=problem_responses(400, 422, 503),
)
def list_jobs(
    request: Request,
    cloud: CloudDep,
    state: Annotated[State | None, Query(description="Only jobs in this state.")] = None,
    kind: Annotated[Kind | None, Query(description="Only trainings, or only predictions.")] = None,
    model_name: Annotated[
        str | None, Query(description="Only jobs of this model.", json_schema_extra={"pattern": keys.MODEL_NAME})
    ] = None,
    upload_key: Annotated[str | None, Query(description="Only the jobs of the upload with this S3 key.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Maximum number of jobs per page.")] = 50,
    cursor: Annotated[
        str | None,
        Query(
            description="Start of the page; use `links.next` instead of setting it.",
            json_schema_extra={"pattern": keys.NEWEST_FIRST},
        ),
    ] = None,
) -> Response:
    """With filters or large jobs, a page can have fewer jobs than `limit` although there is a next page."""
    filters = Filters(state=state, kind=kind, model_name=model_name, upload_key=upload_key)
    page = list_page(cloud, filters, limit=limit, cursor=cursor)
    link = links_from(request)
    query = {"state": state, "kind": kind, "model_name": model_name, "upload_key": upload_key, "limit": limit}
    links = page_links(link, "/jobs", query, cursor=cursor, following=page.cursor)
    return json_response(JobPage(jobs=tuple(job_view(job, link) for job in page.jobs), links=links))


@router.get(
    "/jobs/{job_id}",
    summary="Get a job",
    response_model=JobView,
    response_description="The job; if it failed, `error` says why.",
    responses=problem_responses(404, 422, 503),
)
def get_job(request: Request, cloud: CloudDep, job_id: JobId) -> Response:
    """The `state` is `awaiting_upload`, `queued` or `running`, and finally `succeeded` or `failed`."""
    return json_response(job_view(control.read(cloud, job_id), links_from(request)))


@router.get(
    "/jobs/{job_id}/result",
    summary="Get the result of a job",
    response_model=Url,
    response_description="With `redirect=false`: the URL.",
    responses={
        303: {"description": "Prediction: download URL of the CSV. Training: the model version."},
        **problem_responses(404, 409, 422, 503),
    },
)
def get_result(request: Request, cloud: CloudDep, job_id: JobId, redirect: Redirect = True) -> Response:
    """Returns `409` with `Retry-After` if the job is not finished, and the problem of the job if it failed."""
    job, link = control.read(cloud, job_id), links_from(request)
    if job.failure is not None:
        return build_failure_response(job, link)
    if job.result is None:
        raise errors.JobNotFinished(f"The job has no result yet; its state is {job.state}.")
    output_key = job.result.output_key if isinstance(job.result, PredictResult) else None
    url = _presign(cloud, output_key, "text/csv") if output_key else link(_version_of(job))
    return see_other(url, redirect=redirect)


@router.get(
    "/jobs/{job_id}/summary",
    summary="Get the summary of a batch prediction",
    response_model=Url,
    response_description="With `redirect=false`: the URL.",
    responses={
        303: {"description": "Download URL of the JSON: counts of missing, unreadable and unseen cells, and warnings."},
        **problem_responses(404, 409, 422, 503),
    },
)
def get_summary(request: Request, cloud: CloudDep, job_id: JobId, redirect: Redirect = True) -> Response:
    """Only batch predictions have a summary. Returns `409` if the job is not finished, and its problem if it failed."""
    job = control.read(cloud, job_id)
    if job.failure is not None:
        return build_failure_response(job, links_from(request))
    if job.kind == "train":
        raise errors.RouteNotFound(
            "Only batch predictions have a summary; `warnings` of the job are those of training."
        )
    if not isinstance(job.result, PredictResult):
        raise errors.JobNotFinished(f"The job has no result yet; its state is {job.state}.")
    key = keys.prediction(str(job.model_name), job.result.version, job_id, "summary.json")
    return see_other(_presign(cloud, key, "application/json"), redirect=redirect)


@router.get(
    "/jobs/{job_id}/rejects",
    summary="Get the rows that a job could not read",
    response_model=Url,
    response_description="With `redirect=false`: the URL.",
    responses={
        303: {"description": "Download URL of the CSV: the line of each row that could not be read, and the reason."},
        **problem_responses(404, 409, 422, 503),
    },
)
def get_rejects(request: Request, cloud: CloudDep, job_id: JobId, redirect: Redirect = True) -> Response:
    """Only a job that left rows out, or without a prediction, has a list of them: then it has a link `rejects`.

    Returns `409` if the job is not finished, and its problem if it failed.
    """
    job = control.read(cloud, job_id)
    if job.failure is not None:
        return build_failure_response(job, links_from(request))
    if job.result is None:
        raise errors.JobNotFinished(f"The job has no result yet; its state is {job.state}.")
    if job.result.rejects_key is None:
        raise errors.RouteNotFound("The job has no list of bad rows, because every row of its file could be read.")
    return see_other(_presign(cloud, job.result.rejects_key, "text/csv"), redirect=redirect)


def see_other(url: str, *, redirect: bool) -> Response:
    """Redirect to a URL, or return it as JSON."""
    return Response(status_code=303, headers={"Location": url}) if redirect else json_response(Url(url=url))


def _presign(cloud: Cloud, key: str, media_type: str) -> str:
    """Return a URL that downloads an artifact under the file name in its key."""
    filename, seconds = keys.name_of_file(key), cloud.stage.url_expiry_seconds
    return cloud.artifacts.presigned_get(key, filename=filename, media_type=media_type, expires_seconds=seconds)


def _version_of(job: Job) -> str:
    return version_path(str(job.model_name), job.version or 0)


@router.post(
    "/jobs/{job_id}/retry",
    summary="Run a failed job again",
    status_code=202,
    response_model=JobView,
    response_description="The job, queued again.",
    responses=problem_responses(404, 409, 422, 503),
)
def retry_job(request: Request, cloud: CloudDep, job_id: JobId) -> Response:
    """Only failed jobs can be retried. The file and the options stay the same."""
    return build_pending_response(control.retry(cloud, job_id), links_from(request))


@router.post(
    "/jobs/{job_id}/cancel",
    summary="Cancel an open job",
    status_code=202,
    response_model=JobView,
    response_description="The job, which is now failed with the code `cancelled`.",
    responses=problem_responses(404, 409, 422, 503),
)
def cancel_job(request: Request, cloud: CloudDep, job_id: JobId) -> Response:
    """The worker of the job stops at its next step and publishes nothing."""
    job, link = control.cancel(cloud, job_id), links_from(request)
    return json_response(job_view(job, link), 202, headers={"Location": link(job_path(job_id))})
