"""Customize FastAPI's OpenAPI document: problem responses and credentials of every operation."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from mini_ml.adapters.http.answering.problems import MEDIA_TYPE
from mini_ml.contracts import Problem
from mini_ml.topology import CORRELATION_ID, Scope, accepted_scopes

JsonObject = dict[str, Any]

_REFERENCE = {"$ref": "#/components/schemas/Problem"}
_REFERENCE_TO_HEADER = {"$ref": f"#/components/headers/{CORRELATION_ID}"}
_CREDENTIALS: JsonObject = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, or a JWT of the configured issuer.",
    },
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key."},
}
"""Required unless authentication is off, as it is by default with `mini-ml up`."""
_SENT_CORRELATION_ID: JsonObject = {
    "name": CORRELATION_ID,
    "in": "header",
    "required": False,
    "description": "An id of yours for this request: a letter or digit, then letters, digits, `.`, `_`, `:`, `=`, `+`, "
    "`-`, at most 128 characters. Any other value is replaced.",
    "schema": {"type": "string"},
}
_RETURNED_CORRELATION_ID: JsonObject = {
    "description": "Id of the request, which its job and its log lines have too.",
    "schema": {"type": "string"},
}
_MEANINGS = {
    400: "Malformed request: a field is missing or unknown, or the body cannot be parsed.",
    401: "Missing or invalid credential. Not returned if authentication is off.",
    403: "The credential lacks the required scope.",
    404: "The resource does not exist.",
    408: "The request body did not arrive within the time limit.",
    409: "The request conflicts with the current state of the resource.",
    413: "The body, or the answer to it, is too large; `detail` has the limit. Use `/uploads` for larger files.",
    415: "Unsupported content type.",
    422: "The request is well formed, but has wrong values; `errors` lists each column, line or parameter.",
    503: "A dependency of the platform is unavailable; try again after `Retry-After` seconds.",
}


def problem_responses(*statuses: int) -> dict[int | str, JsonObject]:
    """Return the problem responses of a route, for FastAPI's `responses`."""
    return {status: _problem_response(_MEANINGS[status]) for status in statuses}


def _problem_response(description: str) -> JsonObject:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": _REFERENCE}}}


def json_body(body: type[BaseModel] | JsonObject, examples: dict[str, JsonObject], **other: JsonObject) -> JsonObject:
    """Return FastAPI's `openapi_extra` for a route that parses its JSON body itself.

    Args:
        body: model or JSON schema of the body.
        examples: OpenAPI examples by name.
        other: OpenAPI content of other media types.
    """
    schema = body if isinstance(body, dict) else body.model_json_schema(by_alias=True)
    content = {"application/json": {"schema": _inline_definitions(schema), "examples": examples}, **other}
    return {"requestBody": {"required": True, "content": content}}


def form_body(file_field: str, file_description: str, fields: dict[str, JsonObject]) -> JsonObject:
    """Return FastAPI's `openapi_extra` for a route that parses a multipart form itself."""
    file = {"type": "string", "format": "binary", "description": file_description}
    schema = {
        "type": "object",
        "required": [file_field],
        "additionalProperties": False,
        "properties": {file_field: file, **{name: {"type": "string", **field} for name, field in fields.items()}},
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def _inline_definitions(schema: JsonObject) -> JsonObject:
    """Return a schema with its `$defs` inlined, because `$defs` is not valid below `paths`."""
    defs = schema.pop("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            return resolve(defs[name]) if name in defs else {key: resolve(value) for key, value in node.items()}
        return [resolve(item) for item in node] if isinstance(node, list) else node

    resolved: JsonObject = resolve(schema)
    return resolved


def customize(schema: JsonObject) -> JsonObject:
    """Add problem responses and credentials to FastAPI's OpenAPI document, and remove its own validation errors."""
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for name, definition in problem.pop("$defs").items():
        schemas.setdefault(name, definition)
    schemas["Problem"] = problem
    schema["components"]["securitySchemes"] = _CREDENTIALS
    schema["components"]["headers"] = {CORRELATION_ID: _RETURNED_CORRELATION_ID}
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            _add_security(operation, accepted_scopes(path, method.upper()))
            _add_default_problem(operation["responses"])
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _remove_null(parameter["schema"])
            _add_correlation_id(operation)
    return schema


def _add_security(operation: JsonObject, scopes: frozenset[Scope] | None) -> None:
    """Add the credentials of an operation; any one of the scopes suffices."""
    if scopes is None:
        operation["security"] = []
        return
    operation["security"] = [{name: [scope]} for scope in sorted(scopes) for name in _CREDENTIALS]
    operation["responses"] |= {str(status): response for status, response in problem_responses(401, 403).items()}


def _remove_null(schema: JsonObject) -> JsonObject:
    """Return the schema of an optional parameter without null, which a URL cannot express."""
    given = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return {**given[0], **{k: v for k, v in schema.items() if k != "anyOf"}} if len(given) == 1 else schema


def _add_correlation_id(operation: JsonObject) -> None:
    """Add the header to the parameters of an operation and to all of its responses."""
    operation["parameters"] = [*operation.get("parameters", ()), _SENT_CORRELATION_ID]
    for status, response in operation["responses"].items():
        headers = {**response.get("headers", {}), CORRELATION_ID: _REFERENCE_TO_HEADER}
        operation["responses"][status] = {**response, "headers": headers}


def _add_default_problem(responses: JsonObject) -> None:
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    responses["default"] = _problem_response(f"Any other error, for example {HTTPStatus.METHOD_NOT_ALLOWED.value}.")
