"""How online scoring is described: the predict service answers it, the api passes it on, and both document it alike."""

from typing import Annotated, Any

from fastapi import Query

from mini_ml.adapters.http.openapi import json_body, problems
from mini_ml.adapters.http.shapes import ScoringAnswer

NEWEST_PATH = "/models/{model_name}/invocations"
VERSION_PATH = "/models/{model_name}/versions/{version}/invocations"
MEDIA_TYPES = ("application/json", "text/csv")

Probabilities = Annotated[bool, Query(description="Answer the probability of every label too.")]

_COLUMNS = ["sepal.length", "sepal.width", "petal.length", "petal.width"]
_ROW = [5.1, 3.5, 1.4, 0.2]
_RECORD = dict(zip(_COLUMNS, _ROW, strict=True))
_EXAMPLES: dict[str, dict[str, Any]] = {
    "dataframe_split": {"value": {"dataframe_split": {"columns": _COLUMNS, "data": [_ROW]}}},
    "dataframe_records": {"value": {"dataframe_records": [_RECORD]}},
    "instances": {"value": {"instances": [_RECORD]}},
    "inputs": {"value": {"inputs": {name: [value] for name, value in _RECORD.items()}}},
}
_CSV = {
    "schema": {"type": "string"},
    "example": ",".join(_COLUMNS) + "\n" + ",".join(map(str, _ROW)) + "\n",
}

_CELL = {"type": ["string", "number", "boolean", "null"]}
_VALUES = {"type": "array", "items": _CELL}
_RECORDS = {"type": "object", "additionalProperties": _CELL}
_FORMS: dict[str, dict[str, Any]] = {
    "dataframe_split": {
        "type": "object",
        "required": ["data"],
        "properties": {
            "columns": {"type": ["array", "null"], "items": {"type": "string"}},
            "data": {"type": "array", "items": _VALUES},
        },
    },
    "dataframe_records": {"type": "array", "items": _RECORDS},
    "instances": {"type": "array", "items": {"anyOf": [_RECORDS, _VALUES]}},
    "inputs": {"anyOf": [{"type": "object", "additionalProperties": _VALUES}, {"type": "array", "items": _VALUES}]},
}
_BODY = {"type": "object", "properties": _FORMS, "oneOf": [{"required": [form]} for form in _FORMS]}

SCORING: dict[str, Any] = {
    "response_model": ScoringAnswer,
    "response_description": "A prediction per row, in order, in the labels of the training data.",
    "responses": problems(400, 404, 408, 413, 415, 422, 503),
    "openapi_extra": json_body(_BODY, _EXAMPLES, **{"text/csv": _CSV}),
}
"""What both services tell FastAPI about the routes."""
