"""`POST /train`: a CSV in, a published model version out."""

from functools import partial

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mini_ml import catalogue, keys
from mini_ml.adapters.http.answers import submitted
from mini_ml.adapters.http.openapi import form_body, problems
from mini_ml.adapters.http.patterns import or_empty
from mini_ml.adapters.http.prefer import PREFER_PARAMETER, deadline, preference_of
from mini_ml.adapters.http.service import ContextOf, new_router
from mini_ml.adapters.http.submissions import train_submission
from mini_ml.contracts import JobView
from mini_ml.jobs import submit

router = new_router("Train and predict")

_FORM = form_body(
    "dataset_file",
    "The CSV: a header line, then rows. Try `samples/iris.csv`.",
    {
        "target_column": {
            "description": "The column to learn. Left out: the last one.",
            "default": "",
            "example": "variety",
        },
        "model_type": {
            "description": "A name from `GET /model-types`, or `auto`, which tries a few and keeps the best.",
            "default": "RandomForestClassifier",
            "enum": ["", *catalogue.AUTO, *catalogue.model_types()["model_types"]],
        },
        "model_params": {
            "description": 'Parameters of the model type as a JSON object, for example `{"n_estimators": 50}`.',
            "default": "{}",
        },
        "columns_to_drop": {
            "description": 'Columns to leave out: `["id", "name"]` or `id,name`.',
            "default": "",
        },
        "model_name": {
            "description": "The model to publish a new version of: lower-case letters, digits, `.`, `_`, `-`.",
            "default": "default",
            "pattern": or_empty(keys.MODEL_NAME),
        },
    },
)
_PENDING = {
    "model": JobView,
    "description": "The job goes on; look at `Location` again after `Retry-After` seconds.",
}


@router.post(
    "/train",
    summary="Train a model on a CSV and publish it as a version",
    status_code=201,
    response_model=JobView,
    response_description="The finished job with its metrics; `Location` is the model version.",
    responses={202: _PENDING, **problems(400, 408, 409, 413, 415, 422, 503)},
    openapi_extra={**_FORM, "parameters": [PREFER_PARAMETER]},
)
async def train(request: Request, service: ContextOf) -> Response:
    """Writes a job, hands the file to S3, from where its event starts the training, and waits for the outcome.

    A training that takes longer than the wait (25 seconds at most, `Prefer: wait=5` for less) answers `202` with the
    job. One that fails within the wait answers its problem: what is wrong with which column or line.
    """
    cloud = service.cloud
    preference = preference_of(request, most_seconds=cloud.stage.wait_seconds)
    until = deadline(request, preference, now=cloud.now())
    asked = await train_submission(request, cloud.stage.limits)
    hand_over = partial(submit.submit_train, cloud, model_name=asked.model_name, options=asked.options)
    job = await run_in_threadpool(hand_over, filename=asked.filename, body=asked.body)
    service.work_on(job)
    if not preference.asynchronous:
        job = await service.waiter.finished(job, until)
    return submitted(request, job, cloud.artifacts, preference=preference)
