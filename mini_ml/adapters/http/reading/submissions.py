"""Read and validate the forms of `POST /train` and `POST /predict`, without parsing the CSV."""

from dataclasses import dataclass

from starlette.requests import Request

from mini_ml import keys
from mini_ml.adapters.http.reading.forms import Form, FormSpec, read_form
from mini_ml.contracts import PredictOptions, TrainOptions
from mini_ml.errors import InvalidDataset, Issue
from mini_ml.jobs import options
from mini_ml.jobs.collected_errors import CollectedErrors
from mini_ml.topology import Limits

TRAIN_FORM = FormSpec(
    file_field="dataset_file",
    defaults={
        "target_column": "",
        "model_type": "",
        "model_params": "",
        "columns_to_drop": "",
        "bad_rows": "",
        "effort": "",
        "refit": "",
        "time_column": "",
        "group_column": "",
        "model_name": keys.DEFAULT_MODEL,
    },
)
PREDICT_FORM = FormSpec(
    file_field="input_file",
    defaults={"columns_to_drop": "", "bad_rows": "", "model_name": keys.DEFAULT_MODEL, "version": keys.LATEST},
)


@dataclass(frozen=True, kw_only=True)
class TrainSubmission:
    """A validated form of `POST /train`."""

    model_name: str
    options: TrainOptions
    filename: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class PredictSubmission:
    """A validated form of `POST /predict`."""

    model_name: str
    options: PredictOptions
    filename: str
    body: bytes


async def read_train_submission(request: Request, limits: Limits) -> TrainSubmission:
    """Read the form of `POST /train`.

    Raises:
        UnsupportedMediaType, UploadTooLarge: the body cannot be read.
        InvalidRequest, Unprocessable: the form is invalid; the error has all issues.
    """
    form = await read_form(request, TRAIN_FORM, limits)
    collected = _collect_common_errors(form, TRAIN_FORM.file_field)
    with collected.collect():
        wanted = options.parse_train_options(_options(form))
    collected.raise_if_any()
    model_name = form.fields["model_name"]
    return TrainSubmission(model_name=model_name, options=wanted, filename=form.filename, body=form.body)


async def read_predict_submission(request: Request, limits: Limits) -> PredictSubmission:
    """Read the form of `POST /predict`. Raises as `read_train_submission` does."""
    form = await read_form(request, PREDICT_FORM, limits)
    collected = _collect_common_errors(form, PREDICT_FORM.file_field)
    with collected.collect():
        wanted = options.parse_predict_options(_options(form))
    collected.raise_if_any()
    return PredictSubmission(
        model_name=form.fields["model_name"], options=wanted, filename=form.filename, body=form.body
    )


def _options(form: Form) -> dict[str, str]:
    """Return the fields that are options of the job."""
    return {name: value for name, value in form.fields.items() if name != "model_name"}


def _collect_common_errors(form: Form, file_field: str) -> CollectedErrors:
    collected = CollectedErrors(form.issues)
    with collected.collect():
        keys.validate_model_name(form.fields["model_name"])
    with collected.collect():
        if not form.body and not form.issues:
            issue = Issue(parameter=file_field, reason="the file is empty", hint="send a header line and rows")
            raise InvalidDataset("The file is empty. It needs a header line and at least one row.", issues=[issue])
    return collected
