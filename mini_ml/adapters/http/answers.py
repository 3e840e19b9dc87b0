"""What `POST /train` and `POST /predict` answer, in whichever service: the outcome, its problem, or where to look."""

import json

from starlette.requests import Request
from starlette.responses import Response

from mini_ml.adapters.http.links import Link, links_from
from mini_ml.adapters.http.prefer import Preference
from mini_ml.adapters.http.problems import RETRY_AFTER_SECONDS, problem_of_failure, problem_response
from mini_ml.adapters.http.shapes import PredictAnswer
from mini_ml.adapters.http.views import answer, job_path, job_view, version_path
from mini_ml.contracts import Job, Label, PredictResult
from mini_ml.ports import ObjectStore

_PENDING_SECONDS = 1
"""Retry-After of a job that is under way."""


def submitted(request: Request, job: Job, store: ObjectStore, *, preference: Preference) -> Response:
    """Answer a submission with what has become of its job: 201, 200, the problem of a failed job, or 202."""
    link = links_from(request)
    headers = {"Preference-Applied": preference.applied} if preference.applied else {}
    if job.failure is not None:
        return failed(job, link, headers)
    if job.state != "succeeded":
        return pending(job, link, headers)
    if isinstance(job.result, PredictResult):
        return answer(_predictions(job, job.result, store, link), headers=headers)
    location = link(version_path(str(job.model_name), job.version or 0))
    return answer(job_view(job, link), 201, headers={**headers, "Location": location})


def pending(job: Job, link: Link, headers: dict[str, str] | None = None) -> Response:
    """Answer 202: the job is under way, and here is where to look."""
    extra = {"Location": link(job_path(job.job_id)), "Retry-After": str(_PENDING_SECONDS)}
    return answer(job_view(job, link), 202, headers={**(headers or {}), **extra})


def failed(job: Job, link: Link, headers: dict[str, str] | None = None) -> Response:
    """Answer with the problem that a job ended with; it refers to the job as its instance."""
    assert job.failure is not None
    problem = problem_of_failure(job.failure, instance=link(job_path(job.job_id)))
    extra = {"Retry-After": str(RETRY_AFTER_SECONDS)} if problem.status == 503 else {}
    return problem_response(problem, headers={**(headers or {}), **extra})


def _predictions(job: Job, result: PredictResult, store: ObjectStore, link: Link) -> PredictAnswer:
    predictions = _stored_predictions(store, result.predictions_key)
    return PredictAnswer(
        predictions=predictions,
        truncated=predictions is None,
        model_name=str(job.model_name),
        version=result.version,
        job_id=job.job_id,
        links={
            "job": link(job_path(job.job_id)),
            "result": link(f"{job_path(job.job_id)}/result"),
            "model_version": link(version_path(str(job.model_name), result.version)),
        },
    )


def _stored_predictions(store: ObjectStore, key: str | None) -> tuple[Label, ...] | None:
    return None if key is None else tuple(json.loads(store.get(key).body))
