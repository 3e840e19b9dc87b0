"""`POST /uploads`: create a job and a form to upload its file directly to S3."""

from collections.abc import Mapping
from typing import Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mini_ml import keys
from mini_ml.adapters.auth.middleware import require_scope
from mini_ml.adapters.http.answering.links import links_from
from mini_ml.adapters.http.answering.views import json_response
from mini_ml.adapters.http.correlation import correlation_id_of
from mini_ml.adapters.http.openapi.document import json_body, problem_responses
from mini_ml.adapters.http.reading.json_bodies import read_json_as
from mini_ml.adapters.http.schemas import UploadRequest
from mini_ml.adapters.http.service import CloudDep, new_router
from mini_ml.contracts import Kind, PredictOptions, TrainOptions, UploadInvitation
from mini_ml.errors import Issue
from mini_ml.jobs import options, submit
from mini_ml.jobs.collected_errors import CollectedErrors
from mini_ml.jobs.job_links import job_path
from mini_ml.jobs.submit import Invitation
from mini_ml.ports import Cloud

router = new_router("Train and predict")

_EXAMPLES = {
    "train": {
        "value": {
            "kind": "train",
            "filename": "iris.csv",
            "model_name": "default",
            "options": {"target_column": "variety", "model_type": "auto"},
        }
    },
    "predict": {
        "value": {
            "kind": "predict",
            "filename": "iris_predict.csv",
            "model_name": "default",
            "version": "latest",
            "options": {"output": "predictions,probabilities"},
        }
    },
}
_FOR_BOTH: Final = {"columns_to_drop", "bad_rows"}
_ONLY_FOR: Final[Mapping[str, Kind]] = {
    **{name: "train" for name in TrainOptions.model_fields if name not in _FOR_BOTH},
    "output": "predict",
}


@router.post(
    "/uploads",
    summary="Get a form to upload a large file",
    status_code=201,
    response_model=UploadInvitation,
    response_description="Post `fields` and then `file` to `url` as multipart/form-data; `Location` is the job.",
    responses=problem_responses(400, 404, 408, 413, 415, 422, 503),
    openapi_extra=json_body(UploadRequest, _EXAMPLES),
)
async def invite(request: Request, cloud: CloudDep) -> Response:
    """For files that are too large for `/train` and `/predict`. The client uploads the file directly to S3.

    S3 rejects files larger than `max_bytes`. If the file does not arrive before `expires_at`, the job fails.
    """
    asked = await read_json_as(request, UploadRequest, cloud.stage.limits)
    require_scope(request, asked.kind)
    invitation = await run_in_threadpool(_invite, cloud, asked, correlation_id_of(request))
    job, link = invitation.job, links_from(request)
    here = link(job_path(job.job_id))
    body = UploadInvitation(
        job_id=job.job_id,
        url=invitation.post.url,
        fields=dict(invitation.post.fields),
        key=job.upload.key,
        max_bytes=invitation.max_bytes,
        expires_at=invitation.expires_at,
        links={"job": here},
    )
    return json_response(body, 201, headers={"Location": here})


def _invite(cloud: Cloud, asked: UploadRequest, correlation_id: str) -> Invitation:
    collected = CollectedErrors(_find_misplaced(asked))
    train: TrainOptions | None = None
    predict: PredictOptions | None = None
    with collected.collect():
        keys.validate_model_name(asked.model_name)
    with collected.collect():
        given = {name: value for name, value in asked.options if _ONLY_FOR.get(name, asked.kind) == asked.kind}
        if asked.kind == "train":
            train = options.parse_train_options(given)
        else:
            predict = options.parse_predict_options({**given, "version": asked.version})
    collected.raise_if_any()
    return submit.invite_upload(
        cloud,
        model_name=asked.model_name,
        filename=asked.filename,
        train=train,
        predict=predict,
        correlation_id=correlation_id,
    )


def _find_misplaced(asked: UploadRequest) -> list[Issue]:
    """Return an issue for each option that does not apply to the kind of job."""
    given = [
        name for name, kind in _ONLY_FOR.items() if kind != asked.kind and getattr(asked.options, name) is not None
    ]
    places = [f"options.{name}" for name in given] + (["version"] if asked.kind == "train" and asked.version else [])
    return [Issue(parameter=place, reason=f"`{place}` does not apply to kind `{asked.kind}`") for place in places]
