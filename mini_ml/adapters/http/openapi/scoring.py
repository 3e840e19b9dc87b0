"""OpenAPI description of online scoring, shared by the predict service and the api, which forwards to it."""

from typing import Annotated, Any

from fastapi import Query

from mini_ml.adapters.http.openapi.document import json_body, problem_responses
from mini_ml.contracts import ScoringAnswer

NEWEST_PATH = "/models/{model_name}/invocations"
VERSION_PATH = "/models/{model_name}/versions/{version}/invocations"
MEDIA_TYPES = ("application/json", "text/csv")

Probabilities = Annotated[bool, Query(description="Include the probability of every label.")]

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
    "response_description": "One prediction per row, in the order of the rows, as labels of the training data.",
    "responses": problem_responses(400, 404, 408, 413, 415, 422, 503),
    "openapi_extra": json_body(_BODY, _EXAMPLES, **{"text/csv": _CSV}),
}
"""Keyword arguments for FastAPI's route decorator."""
