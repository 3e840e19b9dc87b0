"""Parse JSON bodies strictly and validate them against pydantic models."""

from typing import TypeVar

from pydantic import JsonValue, ValidationError
from starlette.requests import Request

from mini_ml.adapters.http.reading.bodies import read_body, require_media_type
from mini_ml.contracts import FrozenModel
from mini_ml.errors import InvalidOption, InvalidRequest, Issue, MiniMLError
from mini_ml.strict_json import BODY, parse_json
from mini_ml.topology import Limits

S = TypeVar("S", bound=FrozenModel)


async def read_json(request: Request, limits: Limits) -> JsonValue:
    """Read the body of a request and parse it as JSON.

    Raises:
        UnsupportedMediaType, UploadTooLarge: see `require_media_type` and `read_body`.
        InvalidRequest: the body is not valid JSON (RFC 8259), or is ambiguous; see `parse_json`.
    """
    require_media_type(request, ["application/json"])
    most, seconds = limits.json_bytes, limits.body_seconds
    body = await read_body(request, limit_bytes=most, limit="json_bytes", within_seconds=seconds)
    return parse_json(body, name=BODY)


_MALFORMED = {"missing", "extra_forbidden", "model_type", "model_attributes_type"}
"""pydantic error types that make a request malformed; all others are wrong values."""
_PLAIN_REASONS = {
    "missing": "missing field",
    "extra_forbidden": "unknown field",
    "model_type": "must be a JSON object",
    "model_attributes_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
    "tuple_type": "must be a JSON array",
}
"""Reasons by pydantic error type, where pydantic's own message refers to Python."""


async def read_json_as(request: Request, model: type[S], limits: Limits) -> S:
    """Read a JSON body and validate it against a model.

    Raises:
        UnsupportedMediaType, UploadTooLarge, InvalidRequest: see `read_json`.
        InvalidRequest: fields are missing or unknown.
        InvalidOption: fields have wrong values.
    """
    parsed = await read_json(request, limits)
    try:
        return model.model_validate(parsed)
    except ValidationError as error:
        raise _convert(error) from error


def _convert(error: ValidationError) -> MiniMLError:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    issues = [
        _build_issue(".".join(map(str, one["loc"])), _PLAIN_REASONS.get(one["type"], one["msg"])) for one in found
    ]
    names = ", ".join(f"`{issue.parameter}`" for issue in issues if issue.parameter) or "the body"
    if any(one["type"] in _MALFORMED for one in found):
        return InvalidRequest(f"The request is malformed. Check {names}.", issues=issues)
    return InvalidOption(f"The request has invalid values. Check {names}.", issues=issues)


def _build_issue(where: str, reason: str) -> Issue:
    return Issue(parameter=where[:80] or None, reason=f"{reason[:1].lower()}{reason[1:]}")
