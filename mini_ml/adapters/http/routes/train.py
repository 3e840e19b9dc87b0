"""`POST /train`: train a model on a CSV and publish it."""

from functools import partial

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mini_ml import catalogue, keys
from mini_ml.adapters.http.answering.job_responses import build_submission_response
from mini_ml.adapters.http.correlation import correlation_id_of
from mini_ml.adapters.http.openapi.document import form_body, problem_responses
from mini_ml.adapters.http.reading.prefer import PREFER_PARAMETER, deadline, parse_preference
from mini_ml.adapters.http.reading.submissions import read_train_submission
from mini_ml.adapters.http.service import ServiceDep, new_router
from mini_ml.contracts import BAD_ROWS, EFFORTS, JobView
from mini_ml.jobs import submit

router = new_router("Train and predict")

_FORM = form_body(
    "dataset_file",
    "The CSV with a header line. Try `samples/iris.csv`.",
    {
        "target_column": {
            "description": "The column to predict. Default: the last column.",
            "default": "",
            "example": "variety",
        },
        "model_type": {
            "description": "A name from `GET /model-types`, or `auto`, which tries several and keeps the best.",
            "default": "auto",
            "enum": ["", *catalogue.AUTO, *catalogue.model_types()["model_types"]],
        },
        "model_params": {
            "description": 'Parameters of the model type as a JSON object, for example `{"n_estimators": 50}`.',
            "default": "{}",
        },
        "columns_to_drop": {
            "description": 'Columns to ignore: `["id", "name"]` or `id,name`.',
            "default": "",
        },
        "bad_rows": {
            "description": "What to do with rows that cannot be read, such as rows with too many cells: `skip` leaves "
            "them out while they are at most 1 % of the rows and at most 1,000; `refuse` rejects the file.",
            "default": "skip",
            "enum": ["", *BAD_ROWS["train"]],
        },
        "effort": {
            "description": "How much time `auto` spends: `best` compares more candidates and takes up to ten times as "
            "long.",
            "default": EFFORTS[0],
            "enum": ["", *EFFORTS],
        },
        "refit": {
            "description": "Whether the published model is fitted on all rows, after the metrics were measured by a "
            "model that was fitted without the hold-out rows.",
            "default": "false",
            "enum": ["", "true", "false"],
        },
        "time_column": {
            "description": "A column that orders the rows: the newest ones are held out. Default: random rows are.",
            "default": "",
        },
        "group_column": {
            "description": "A column whose equal values belong together, such as a customer: rows with the same value "
            "are held out together, and the column is not a feature.",
            "default": "",
        },
        "model_name": {
            "description": "Name of the model: lower-case letters, digits, `.`, `_`, `-`.",
            "default": "default",
            "pattern": keys.or_empty(keys.MODEL_NAME),
        },
    },
)
_PENDING = {
    "model": JobView,
    "description": "The job is not finished; request `Location` after `Retry-After` seconds.",
}


@router.post(
    "/train",
    summary="Train a model on a CSV and publish it as a version",
    status_code=201,
    response_model=JobView,
    response_description="The finished job with its metrics; `Location` is the model version.",
    responses={202: _PENDING, **problem_responses(400, 408, 409, 413, 415, 422, 503)},
    openapi_extra={**_FORM, "parameters": [PREFER_PARAMETER]},
)
async def train(request: Request, service: ServiceDep) -> Response:
    """Creates a job, uploads the file to S3, whose event starts the training, and waits for the result.

    If the training takes longer than 25 seconds (on AWS 10, or as long as `Prefer: wait=5` says), the response is `202`
    with the job. If it fails while the request waits, the response is the problem of the job, with the affected columns
    or lines.
    """
    cloud = service.cloud
    preference = parse_preference(request, cloud.stage)
    until = deadline(request, preference, now=cloud.now())
    asked = await read_train_submission(request, cloud.stage.limits)
    hand_over = partial(
        submit.submit_train,
        cloud,
        model_name=asked.model_name,
        options=asked.options,
        correlation_id=correlation_id_of(request),
    )
    job = await run_in_threadpool(hand_over, filename=asked.filename, body=asked.body)
    service.start_job(job)
    if not preference.asynchronous:
        job = await service.waiter.finished(job, until)
    return build_submission_response(request, job, cloud.artifacts, preference=preference)
