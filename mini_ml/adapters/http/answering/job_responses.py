"""Responses of `POST /train` and `POST /predict`: the result, the problem of a failed job, or a link to the job."""

import json

from starlette.requests import Request
from starlette.responses import Response

from mini_ml.adapters.http.answering.links import Link, links_from
from mini_ml.adapters.http.answering.problems import RETRY_AFTER_SECONDS, problem_of_failure, problem_response
from mini_ml.adapters.http.answering.views import job_view, json_response
from mini_ml.adapters.http.reading.prefer import Preference
from mini_ml.contracts import Label, PredictAnswer, PredictResult
from mini_ml.jobs.job import Job
from mini_ml.jobs.job_links import job_path, version_path
from mini_ml.ports import ObjectStore

_PENDING_SECONDS = 1
"""Value of `Retry-After` for an unfinished job."""


def build_submission_response(request: Request, job: Job, store: ObjectStore, *, preference: Preference) -> Response:
    """Return the response to a submission: 201 (trained), 200 (predicted), 202 (unfinished), or a problem (failed)."""
    link = links_from(request)
    headers = {"Preference-Applied": preference.applied} if preference.applied else {}
    if job.failure is not None:
        return build_failure_response(job, link, headers)
    if job.state != "succeeded":
        return build_pending_response(job, link, headers)
    if isinstance(job.result, PredictResult):
        return json_response(_build_predict_answer(job, job.result, store, link), headers=headers)
    location = link(version_path(str(job.model_name), job.version or 0))
    return json_response(job_view(job, link), 201, headers={**headers, "Location": location})


def build_pending_response(job: Job, link: Link, headers: dict[str, str] | None = None) -> Response:
    """Return 202 with an unfinished job and the link to it."""
    extra = {"Location": link(job_path(job.job_id)), "Retry-After": str(_PENDING_SECONDS)}
    return json_response(job_view(job, link), 202, headers={**(headers or {}), **extra})


def build_failure_response(job: Job, link: Link, headers: dict[str, str] | None = None) -> Response:
    """Return the problem of a failed job, which has the job as its `instance`."""
    assert job.failure is not None
    problem = problem_of_failure(job.failure, instance=link(job_path(job.job_id)))
    extra = {"Retry-After": str(RETRY_AFTER_SECONDS)} if problem.status == 503 else {}
    return problem_response(problem, headers={**(headers or {}), **extra})


def _build_predict_answer(job: Job, result: PredictResult, store: ObjectStore, link: Link) -> PredictAnswer:
    predictions, here = _load_predictions(store, result.predictions_key), job_path(job.job_id)
    rejects = {} if result.rejects_key is None else {"rejects": link(f"{here}/rejects")}
    return PredictAnswer(
        predictions=predictions,
        truncated=predictions is None,
        file=job.file,
        warnings=job.warnings,
        model_name=str(job.model_name),
        version=result.version,
        job_id=job.job_id,
        links={
            "job": link(here),
            "result": link(f"{here}/result"),
            "summary": link(f"{here}/summary"),
            **rejects,
            "model_version": link(version_path(str(job.model_name), result.version)),
        },
    )


def _load_predictions(store: ObjectStore, key: str | None) -> tuple[Label | None, ...] | None:
    return None if key is None else tuple(json.loads(store.get(key).body))
