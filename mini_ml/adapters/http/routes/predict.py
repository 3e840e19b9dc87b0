"""`POST /predict`: a CSV in, a prediction per row out."""

from functools import partial

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mini_ml import keys
from mini_ml.adapters.http.answers import submitted
from mini_ml.adapters.http.openapi import form_body, problems
from mini_ml.adapters.http.patterns import or_empty
from mini_ml.adapters.http.prefer import PREFER_PARAMETER, deadline, preference_of
from mini_ml.adapters.http.service import ContextOf, new_router
from mini_ml.adapters.http.shapes import PredictAnswer
from mini_ml.adapters.http.submissions import predict_submission
from mini_ml.contracts import JobView
from mini_ml.jobs import submit

router = new_router("Train and predict")

_FORM = form_body(
    "input_file",
    "The CSV to score: the columns that the model was trained on, in any order. Try `samples/iris_predict.csv`.",
    {
        "columns_to_drop": {
            "description": "Columns to ignore, as at `/train`; the target and extra columns may always stay.",
            "default": "",
            "example": '["variety"]',
        },
        "model_name": {
            "description": "The model to score with.",
            "default": "default",
            "pattern": or_empty(keys.MODEL_NAME),
        },
        "version": {
            "description": "A version number, an alias, or `latest`.",
            "default": "latest",
            "pattern": or_empty(keys.VERSION),
        },
    },
)
_PENDING = {
    "model": JobView,
    "description": "The job goes on; look at `Location` again after `Retry-After` seconds.",
}


@router.post(
    "/predict",
    summary="Predict every row of a CSV",
    response_model=PredictAnswer,
    response_description="The predictions in the order of the rows; past 5 MB only the link to them.",
    responses={202: _PENDING, **problems(400, 404, 408, 409, 413, 415, 422, 503)},
    openapi_extra={**_FORM, "parameters": [PREFER_PARAMETER]},
)
async def predict(request: Request, service: ContextOf) -> Response:
    """Writes a job, hands the file to S3, from where its event starts the scoring, and waits for the outcome.

    `links.result` leads to the whole output: the rows as they came, with `prediction` appended. To score a few rows
    at once and without a file, use `/models/{model_name}/invocations`.
    """
    cloud = service.cloud
    preference = preference_of(request, most_seconds=cloud.stage.wait_seconds)
    until = deadline(request, preference, now=cloud.now())
    asked = await predict_submission(request, cloud.stage.limits)
    hand_over = partial(submit.submit_predict, cloud, model_name=asked.model_name, options=asked.options)
    job = await run_in_threadpool(hand_over, filename=asked.filename, body=asked.body)
    service.work_on(job)
    if not preference.asynchronous:
        job = await service.waiter.finished(job, until)
    return await run_in_threadpool(submitted, request, job, cloud.artifacts, preference=preference)
