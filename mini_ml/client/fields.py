"""Convert the options of a job to form fields, and to the JSON of `POST /uploads`.

Only options that were set are sent, so that the server's defaults hold for all others.
"""

import json

from pydantic import JsonValue

from mini_ml.contracts import InspectOptions, Kind, PredictOptions, TrainOptions


def build_form_fields(model_name: str, options: TrainOptions | PredictOptions | None) -> dict[str, str]:
    """Return the text fields of the form of `POST /train` or `POST /predict`."""
    return {"model_name": model_name, **{name: _encode(value) for name, value in _list_given(options).items()}}


def build_inspect_fields(options: InspectOptions) -> dict[str, str]:
    """Return the text fields of the form of `POST /inspect`."""
    given = options.model_dump(mode="json", exclude_defaults=True)
    return {name: _encode(value) for name, value in given.items()}


def build_upload_request(
    kind: Kind, filename: str, model_name: str, options: TrainOptions | PredictOptions | None
) -> dict[str, JsonValue]:
    """Return the body of `POST /uploads`."""
    given = _list_given(options)
    version: dict[str, JsonValue] = {"version": given.pop("version")} if "version" in given else {}
    return {"kind": kind, "filename": filename, "model_name": model_name, **version, "options": given}


def has_output(options: PredictOptions | None) -> bool:
    """Return whether the options choose what is written, for which the form of `POST /predict` has no field."""
    return options is not None and (options.only_predictions or options.probabilities)


def _list_given(options: TrainOptions | PredictOptions | None) -> dict[str, JsonValue]:
    """Return the options that were set, by the names that the server uses."""
    if options is None:
        return {}
    names = {"only_predictions", "probabilities"}
    dumped = options.model_dump(mode="json", exclude_unset=True, exclude=names)
    given: dict[str, JsonValue] = {name: value for name, value in dumped.items() if value is not None}
    if isinstance(options, PredictOptions) and has_output(options):
        given["output"] = _describe_output(options)
    return given


def _describe_output(options: PredictOptions) -> str:
    rows = "predictions" if options.only_predictions else "rows"
    return f"{rows},probabilities" if options.probabilities else rows


def _encode(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)
