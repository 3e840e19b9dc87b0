"""Our edition of FastAPI's OpenAPI document: every operation refuses with problem documents, and says which."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from mini_ml.adapters.http.problems import MEDIA_TYPE
from mini_ml.contracts import Problem
from mini_ml.topology import Scope, enough

JsonObject = dict[str, Any]

_REFERENCE = {"$ref": "#/components/schemas/Problem"}
_CREDENTIALS: JsonObject = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, or a token (JWT) of the issuer that the platform trusts.",
    },
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key."},
}
"""Asked for where the platform was told to; `mini-ml up` by itself asks nobody."""
_MEANINGS = {
    400: "Malformed: a field is missing or unknown, or the body cannot be read.",
    401: "No valid credential, where credentials are asked for.",
    403: "The credential lacks the scope that this needs.",
    404: "What the address names does not exist.",
    408: "The body did not arrive in time.",
    409: "It does not fit the state that things are in.",
    413: "Too large; `detail` names the limit. Larger files go through `/uploads`.",
    415: "The body has another content type.",
    422: "Well formed, and wrong; `errors` names each column, line or parameter.",
    503: "Something that the platform needs is away; try again after `Retry-After` seconds.",
}


def problems(*statuses: int) -> dict[int | str, JsonObject]:
    """Return what a route documents of its refusals, for FastAPI's `responses`."""
    return {status: _refusal(_MEANINGS[status]) for status in statuses}


def _refusal(description: str) -> JsonObject:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": _REFERENCE}}}


def json_body(body: type[BaseModel] | JsonObject, examples: dict[str, JsonObject], **other: JsonObject) -> JsonObject:
    """Return FastAPI's `openapi_extra` for a route that reads its JSON body, a shape or a schema, itself."""
    schema = body if isinstance(body, dict) else body.model_json_schema(by_alias=True)
    content = {"application/json": {"schema": _inlined(schema), "examples": examples}, **other}
    return {"requestBody": {"required": True, "content": content}}


def form_body(file_field: str, file_description: str, fields: dict[str, JsonObject]) -> JsonObject:
    """Return FastAPI's `openapi_extra` for a route that reads a multipart form."""
    file = {"type": "string", "format": "binary", "description": file_description}
    schema = {
        "type": "object",
        "required": [file_field],
        "additionalProperties": False,
        "properties": {file_field: file, **{name: {"type": "string", **field} for name, field in fields.items()}},
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def _inlined(schema: JsonObject) -> JsonObject:
    """Return a schema without `$defs`, which would be out of place below `paths`."""
    defs = schema.pop("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            return resolve(defs[name]) if name in defs else {key: resolve(value) for key, value in node.items()}
        return [resolve(item) for item in node] if isinstance(node, list) else node

    resolved: JsonObject = resolve(schema)
    return resolved


def document(schema: JsonObject) -> JsonObject:
    """Return FastAPI's document with our refusals in place of its own."""
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    schema["components"]["securitySchemes"] = _CREDENTIALS
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            _guard(operation, enough(path, method.upper()))
            _refuse_our_way(operation["responses"])
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _without_null(parameter["schema"])
    return schema


def _guard(operation: JsonObject, scopes: frozenset[Scope] | None) -> None:
    """Tell which credential an operation takes; of the scopes that are listed any one is enough."""
    if scopes is None:
        operation["security"] = []
        return
    operation["security"] = [{name: [scope]} for scope in sorted(scopes) for name in _CREDENTIALS]
    operation["responses"] |= {str(status): response for status, response in problems(401, 403).items()}


def _without_null(schema: JsonObject) -> JsonObject:
    """Return the schema of a parameter that may be left out: an address has no way to say null."""
    given = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return {**given[0], **{k: v for k, v in schema.items() if k != "anyOf"}} if len(given) == 1 else schema


def _refuse_our_way(responses: JsonObject) -> None:
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    responses["default"] = _refusal(f"Any other refusal, for example {HTTPStatus.METHOD_NOT_ALLOWED.value}.")
