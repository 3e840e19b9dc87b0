"""Options of jobs. Text, as in forms and object metadata, and JSON values are accepted alike."""

import csv
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Annotated, Final, Literal, NoReturn

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue
from pydantic_core import PydanticCustomError

from mini_ml import strict_json
from mini_ml.column_names import clean_name
from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.vocabulary import Kind
from mini_ml.suggest import join_names, suggest

MALFORMED_TEXT = "malformed_text"
"""pydantic error type of text that cannot be parsed; its context holds a `hint`."""
BAD_ROWS: Final[dict[Kind, tuple[str, ...]]] = {"train": ("skip", "refuse"), "predict": ("refuse", "keep")}
"""Values of the option `bad_rows` by kind of job, the default first."""
EFFORTS: Final = ("balanced", "best")
"""Values of the option `effort`, the default first."""
_UNKNOWN_VALUE = "unknown_value"
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


def _parse_bad_rows(value: object, kind: Kind) -> object:
    """Return a value of `bad_rows`, trimmed, if the kind of job has it."""
    found = value.strip() if isinstance(value, str) else value
    if found in BAD_ROWS[kind]:
        return found
    has_other_kind = any(found in values for values in BAD_ROWS.values())
    why = f"does not apply to kind `{kind}`" if has_other_kind else "is unknown"
    raise _build_value_error(found, BAD_ROWS[kind], why)


def _parse_effort(value: object) -> object:
    """Return a value of `effort`, trimmed, if it is one."""
    found = value.strip() if isinstance(value, str) else value
    if found in EFFORTS:
        return found
    raise _build_value_error(found, EFFORTS, "is unknown")


def _build_value_error(value: object, known: Sequence[str], why: str) -> PydanticCustomError:
    """Return the error of a value that is none of the known ones; its hint has the nearest one and all of them."""
    text, values = str(value)[:80], " or ".join(f"`{one}`" for one in known)
    near = suggest(text, known)
    hint = f"did you mean {join_names(near)}? use {values}" if near else f"use {values}"
    return PydanticCustomError(_UNKNOWN_VALUE, "{reason}", {"reason": f"`{text}` {why}", "hint": hint})


ColumnNames = Annotated[tuple[str, ...], BeforeValidator(_parse_columns), AfterValidator(_trim_all)]
"""Different, trimmed column names: a list, the text of a JSON list, or names separated by commas."""

ModelParams = Annotated[dict[str, JsonValue], BeforeValidator(_parse_params)]
"""Parameters of an estimator: an object, or the text of a JSON object."""

TrainBadRows = Annotated[Literal["skip", "refuse"], BeforeValidator(partial(_parse_bad_rows, kind="train"))]
"""What a training does with rows that cannot be read."""

PredictBadRows = Annotated[Literal["refuse", "keep"], BeforeValidator(partial(_parse_bad_rows, kind="predict"))]
"""What a batch prediction does with rows that cannot be read."""

Effort = Annotated[Literal["balanced", "best"], BeforeValidator(_parse_effort)]
"""How much time `auto` spends on the comparison of candidates."""

ColumnName = Annotated[str | None, AfterValidator(_trim)]
"""A column name, cleaned as the names of a header are; None if nothing is left."""


class TrainOptions(FrozenModel):
    """Options of a training job."""

    target_column: ColumnName = None
    """Column to predict; None means the last column."""
    model_type: str = "auto"
    """A name from the catalogue, `auto`, `auto:classification` or `auto:regression`."""
    model_params: ModelParams = Field(default_factory=dict)
    columns_to_drop: ColumnNames = ()
    bad_rows: TrainBadRows = "skip"
    """Whether rows that cannot be read are left out while they are few, or the file is refused."""
    effort: Effort = "balanced"
    """How much time `auto` spends: `best` compares more candidates and takes up to ten times as long."""
    refit: bool = False
    """Whether the published model is fitted on all rows, after the metrics were measured without the hold-out rows."""
    time_column: ColumnName = None
    """Column that orders the rows: the newest ones are held out; None holds out random rows."""
    group_column: ColumnName = None
    """Column whose equal values are held out together; it is not a feature."""


class InspectOptions(FrozenModel):
    """Options of an inspection."""

    target_column: ColumnName = None
    """Column that would be predicted; None means the last column."""
    columns_to_drop: ColumnNames = ()
    time_column: ColumnName = None
    """Column that would order the rows."""
    group_column: ColumnName = None
    """Column whose equal values would be held out together."""
    is_head: bool = False
    """Whether only the first bytes of a file are sent."""


class PredictOptions(FrozenModel):
    """Options of a batch prediction job."""

    version: str = "latest"
    """A version number, an alias or `latest`; the job's `version` holds the resolved number."""
    columns_to_drop: ColumnNames = ()
    only_predictions: bool = False
    """Write only the predictions, without the input columns."""
    probabilities: bool = False
    bad_rows: PredictBadRows = "refuse"
    """Whether a file with rows that cannot be read is refused, or these rows stay without a prediction."""
