"""Read and validate the form of `POST /inspect`, without parsing the CSV."""

from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError
from starlette.requests import Request

from mini_ml.adapters.http.reading.forms import FormSpec, read_form
from mini_ml.contracts import InspectOptions
from mini_ml.contracts.rejections import build_rejection
from mini_ml.jobs.collected_errors import CollectedErrors
from mini_ml.topology import Limits

INSPECT_FORM: Final = FormSpec(
    file_field="dataset_file",
    defaults={"target_column": "", "columns_to_drop": "", "time_column": "", "group_column": "", "is_head": ""},
    larger_files="Send only the first bytes of a larger file, and `is_head=true`.",
)


@dataclass(frozen=True, kw_only=True)
class InspectSubmission:
    """A validated form of `POST /inspect`."""

    options: InspectOptions
    body: bytes


async def read_inspect_submission(request: Request, limits: Limits) -> InspectSubmission:
    """Read the form of `POST /inspect`.

    Raises:
        UnsupportedMediaType, UploadTooLarge: the body cannot be read.
        InvalidRequest, InvalidOption: the form is invalid; the error has all issues.
    """
    form = await read_form(request, INSPECT_FORM, limits)
    collected = CollectedErrors(form.issues)
    with collected.collect():
        options = _validate({name: text for name, text in form.fields.items() if text})
    collected.raise_if_any()
    return InspectSubmission(options=options, body=form.body)


def _validate(given: dict[str, str]) -> InspectOptions:
    try:
        return InspectOptions.model_validate(given)
    except ValidationError as error:
        raise build_rejection(error) from error
