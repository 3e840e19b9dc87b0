"""OpenAPI description of `POST /inspect`, shared by the predict service and the api, which forwards to it."""

from typing import Any, Final

from mini_ml.adapters.http.openapi.document import form_body, problem_responses
from mini_ml.contracts import InspectAnswer

INSPECT_PATH: Final = "/inspect"

_FORM = form_body(
    "dataset_file",
    "The CSV that you want to train on, or its first bytes. Try `samples/iris.csv`.",
    {
        "target_column": {
            "description": "The column to predict. Default: the last column.",
            "default": "",
            "example": "variety",
        },
        "columns_to_drop": {
            "description": 'Columns to ignore, as for `/train`: `["id", "name"]` or `id,name`.',
            "default": "",
        },
        "time_column": {
            "description": "The column that would order the rows, as for `/train`.",
            "default": "",
        },
        "group_column": {
            "description": "The column whose equal values would be held out together, as for `/train`.",
            "default": "",
        },
        "is_head": {
            "description": "Whether these are only the first bytes of a larger file. The row in which they end is "
            "then left out.",
            "default": "false",
            "enum": ["", "true", "false"],
        },
    },
)

INSPECTION: dict[str, Any] = {
    "summary": "Look at a CSV before a training",
    "response_model": InspectAnswer,
    "response_description": "How the file, its columns and its target would be read.",
    "responses": problem_responses(400, 408, 413, 415, 422, 503),
    "openapi_extra": _FORM,
}
"""Keyword arguments for FastAPI's route decorator."""
