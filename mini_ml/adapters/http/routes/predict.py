"""`POST /predict`: predict every row of a CSV."""

from functools import partial

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mini_ml import keys
from mini_ml.adapters.http.answering.job_responses import build_submission_response
from mini_ml.adapters.http.correlation import correlation_id_of
from mini_ml.adapters.http.openapi.document import form_body, problem_responses
from mini_ml.adapters.http.reading.prefer import PREFER_PARAMETER, deadline, parse_preference
from mini_ml.adapters.http.reading.submissions import read_predict_submission
from mini_ml.adapters.http.service import ServiceDep, new_router
from mini_ml.contracts import BAD_ROWS, JobView, PredictAnswer
from mini_ml.jobs import submit

router = new_router("Train and predict")

_FORM = form_body(
    "input_file",
    "The CSV to score, with the columns that the model was trained on, in any order. Try `samples/iris_predict.csv`.",
    {
        "columns_to_drop": {
            "description": "Columns to ignore, as for `/train`. The target and extra columns are always ignored.",
            "default": "",
            "example": '["variety"]',
        },
        "bad_rows": {
            "description": "What to do with rows that cannot be read, such as rows with too many cells: `refuse` "
            "rejects the file; `keep` scores the others, and these rows have no prediction.",
            "default": "refuse",
            "enum": ["", *BAD_ROWS["predict"]],
        },
        "model_name": {
            "description": "The model to score with.",
            "default": "default",
            "pattern": keys.or_empty(keys.MODEL_NAME),
        },
        "version": {
            "description": "A version number, an alias, or `latest`.",
            "default": "latest",
            "pattern": keys.or_empty(keys.VERSION),
        },
    },
)
_PENDING = {
    "model": JobView,
    "description": "The job is not finished; request `Location` after `Retry-After` seconds.",
}


@router.post(
    "/predict",
    summary="Predict every row of a CSV",
    response_model=PredictAnswer,
    response_description="The predictions in the order of the rows, null for a row that could not be read and was "
    "kept; if they exceed 5 MB as AWS Lambda encodes them, only the link to them.",
    responses={202: _PENDING, **problem_responses(400, 404, 408, 409, 413, 415, 422, 503)},
    openapi_extra={**_FORM, "parameters": [PREFER_PARAMETER]},
)
async def predict(request: Request, service: ServiceDep) -> Response:
    """Creates a job, uploads the file to S3, whose event starts the scoring, and waits for the result.

    `links.result` downloads the whole output: the input rows with a column `prediction`. To score a few rows without
    a file, use `/models/{model_name}/invocations`.
    """
    cloud = service.cloud
    preference = parse_preference(request, cloud.stage)
    until = deadline(request, preference, now=cloud.now())
    asked = await read_predict_submission(request, cloud.stage.limits)
    hand_over = partial(
        submit.submit_predict,
        cloud,
        model_name=asked.model_name,
        options=asked.options,
        correlation_id=correlation_id_of(request),
    )
    job = await run_in_threadpool(hand_over, filename=asked.filename, body=asked.body)
    service.start_job(job)
    if not preference.asynchronous:
        job = await service.waiter.finished(job, until)
    return await run_in_threadpool(build_submission_response, request, job, cloud.artifacts, preference=preference)
