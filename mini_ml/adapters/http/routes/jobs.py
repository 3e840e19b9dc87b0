"""`/jobs`: what has been asked for, how far it is, and what became of it."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Path, Query, Request
from starlette.responses import Response

from mini_ml import errors, keys
from mini_ml.adapters.http.answers import failed, pending
from mini_ml.adapters.http.links import links_from
from mini_ml.adapters.http.openapi import problems
from mini_ml.adapters.http.service import CloudOf, new_router
from mini_ml.adapters.http.shapes import JobPage, Url
from mini_ml.adapters.http.views import answer, job_path, job_view, version_path
from mini_ml.contracts import Job, JobView, Kind, PredictResult, State
from mini_ml.jobs import control, store
from mini_ml.jobs.listing import CURSOR, Filters, list_page
from mini_ml.ports import Cloud

router = new_router("Jobs")

JobId = Annotated[str, Path(description="The `job_id` of an answer.", json_schema_extra={"pattern": keys.JOB_ID})]
Redirect = Annotated[bool, Query(description="`false`: answer the address as JSON instead of redirecting to it.")]


@router.get(
    "/jobs",
    summary="List jobs, newest first",
    response_model=JobPage,
    response_description="A page of jobs; `links.next` leads to the next one.",
    responses=problems(400, 422, 503),
)
def list_jobs(
    request: Request,
    cloud: CloudOf,
    state: Annotated[State | None, Query(description="Only jobs in this state.")] = None,
    kind: Annotated[Kind | None, Query(description="Only trainings, or only predictions.")] = None,
    model_name: Annotated[
        str | None, Query(description="Only jobs of this model.", json_schema_extra={"pattern": keys.MODEL_NAME})
    ] = None,
    upload_key: Annotated[str | None, Query(description="Only the jobs of the upload with this S3 key.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Most jobs on a page.")] = 50,
    cursor: Annotated[
        str | None,
        Query(description="Where a page begins; follow `links.next` instead.", json_schema_extra={"pattern": CURSOR}),
    ] = None,
) -> Response:
    """A page may hold fewer jobs than `limit` and still have a next one, when the filters fit few."""
    filters = Filters(state=state, kind=kind, model_name=model_name, upload_key=upload_key)
    page = list_page(cloud, filters, limit=limit, cursor=cursor)
    link = links_from(request)
    asked = {"state": state, "kind": kind, "model_name": model_name, "upload_key": upload_key, "limit": limit}
    links = {"self": link(_listing_path({**asked, "cursor": cursor}))}
    if page.cursor is not None:
        links["next"] = link(_listing_path({**asked, "cursor": page.cursor}))
    return answer(JobPage(jobs=tuple(job_view(job, link) for job in page.jobs), links=links))


def _listing_path(query: dict[str, str | int | None]) -> str:
    return "/jobs?" + urlencode({name: value for name, value in query.items() if value is not None})


@router.get(
    "/jobs/{job_id}",
    summary="Look at a job",
    response_model=JobView,
    response_description="The job, whatever its state; `error` tells why it failed.",
    responses=problems(404, 422, 503),
)
def get_job(request: Request, cloud: CloudOf, job_id: JobId) -> Response:
    """Its `state` goes `awaiting_upload`, `queued`, `running`, and ends as `succeeded` or `failed`."""
    return answer(job_view(store.read(cloud, job_id), links_from(request)))


@router.get(
    "/jobs/{job_id}/result",
    summary="Go to what a job made",
    response_model=Url,
    response_description="With `redirect=false`: the address.",
    responses={
        303: {"description": "Prediction: the CSV, to be downloaded without credentials. Training: the version."},
        **problems(404, 409, 422, 503),
    },
)
def get_result(request: Request, cloud: CloudOf, job_id: JobId, redirect: Redirect = True) -> Response:
    """A job that is not finished answers `409` with `Retry-After`; one that failed answers its problem."""
    job, link = store.read(cloud, job_id), links_from(request)
    if job.failure is not None:
        return failed(job, link)
    if job.result is None:
        raise errors.JobNotFinished(f"The job is {job.state}.")
    url = _result_url(cloud, job, job.result) if isinstance(job.result, PredictResult) else link(_version_of(job))
    return see_other(url, redirect=redirect)


def see_other(url: str, *, redirect: bool) -> Response:
    """Send the client to an address, or tell it."""
    return Response(status_code=303, headers={"Location": url}) if redirect else answer(Url(url=url))


def _result_url(cloud: Cloud, job: Job, result: PredictResult) -> str:
    filename = result.output_key.rpartition("/")[2]
    seconds = cloud.stage.url_expiry_seconds
    return cloud.artifacts.presigned_get(
        result.output_key, filename=filename, media_type="text/csv", expires_seconds=seconds
    )


def _version_of(job: Job) -> str:
    return version_path(str(job.model_name), job.version or 0)


@router.post(
    "/jobs/{job_id}/retry",
    summary="Run a failed job again",
    status_code=202,
    response_model=JobView,
    response_description="The job, queued again with all its attempts.",
    responses=problems(404, 409, 422, 503),
)
def retry_job(request: Request, cloud: CloudOf, job_id: JobId) -> Response:
    """Only what has failed can be retried; the file and the options stay the same."""
    return pending(control.retry(cloud, job_id), links_from(request))


@router.post(
    "/jobs/{job_id}/cancel",
    summary="Cancel an open job",
    status_code=202,
    response_model=JobView,
    response_description="The job, failed with the code `cancelled`.",
    responses=problems(404, 409, 422, 503),
)
def cancel_job(request: Request, cloud: CloudOf, job_id: JobId) -> Response:
    """Whoever works on it stops at its next step, and publishes nothing."""
    job, link = control.cancel(cloud, job_id), links_from(request)
    return answer(job_view(job, link), 202, headers={"Location": link(job_path(job_id))})
