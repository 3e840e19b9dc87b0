"""Options of jobs. Text, as in forms and object metadata, and JSON values are accepted alike."""

import csv
from collections.abc import Iterable
from typing import Annotated, NoReturn

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue
from pydantic_core import PydanticCustomError

from mini_ml import strict_json
from mini_ml.column_names import clean_name
from mini_ml.contracts.base import FrozenModel

MALFORMED_TEXT = "malformed_text"
"""pydantic error type of text that cannot be parsed; its context holds a `hint`."""
_COLUMNS_HINT = 'write ["id","name"] or id,name'
_PARAMS_HINT = 'write a JSON object, for example {"n_estimators": 50}'


def _reject(reason: str, hint: str) -> NoReturn:
    raise PydanticCustomError(MALFORMED_TEXT, "{reason}", {"reason": reason, "hint": hint})


def _parse_json(text: str, hint: str) -> JsonValue:
    try:
        parsed: JsonValue = strict_json.parse(text)
        return parsed
    except strict_json.InvalidJson as error:
        _reject(f"it is {error}", hint)


def _parse_columns(columns: object) -> object:
    """Parse column names from the text of a JSON list, or from comma-separated text with optional quotes."""
    if not isinstance(columns, str):
        return columns
    text = columns.strip()
    if text.startswith("["):
        names = _parse_json(text, _COLUMNS_HINT)
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            _reject("it is not a list of strings", _COLUMNS_HINT)
        return names
    try:
        return next(csv.reader([text], skipinitialspace=True), [])
    except csv.Error:
        _reject("it is not a single line of names", _COLUMNS_HINT)


def _parse_params(params: object) -> object:
    """Parse model parameters from the text of a JSON object."""
    if not isinstance(params, str):
        return params
    parsed = _parse_json(params, _PARAMS_HINT) if params.strip() else {}
    if not isinstance(parsed, dict):
        _reject("it is not a JSON object", _PARAMS_HINT)
    return parsed


def _trim(name: str | None) -> str | None:
    """Return a column name, cleaned as the names of a header are; None if nothing is left."""
    return clean_name(name or "") or None


def _trim_all(names: Iterable[str]) -> tuple[str, ...]:
    """Return the different names, cleaned."""
    return tuple(dict.fromkeys(filter(None, map(clean_name, names))))


ColumnNames = Annotated[tuple[str, ...], BeforeValidator(_parse_columns), AfterValidator(_trim_all)]
"""Different, trimmed column names: a list, the text of a JSON list, or names separated by commas."""

ModelParams = Annotated[dict[str, JsonValue], BeforeValidator(_parse_params)]
"""Parameters of an estimator: an object, or the text of a JSON object."""


class TrainOptions(FrozenModel):
    """Options of a training job."""

    target_column: Annotated[str | None, AfterValidator(_trim)] = None
    """Column to predict; None means the last column."""
    model_type: str = "auto"
    """A name from the catalogue, `auto`, `auto:classification` or `auto:regression`."""
    model_params: ModelParams = Field(default_factory=dict)
    columns_to_drop: ColumnNames = ()


class PredictOptions(FrozenModel):
    """Options of a batch prediction job."""

    version: str = "latest"
    """A version number, an alias or `latest`; the job's `version` holds the resolved number."""
    columns_to_drop: ColumnNames = ()
    only_predictions: bool = False
    """Write only the predictions, without the input columns."""
    probabilities: bool = False
