"""Parse JSON bodies strictly and validate them against pydantic models."""

import json
import math
from collections import Counter
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError
from starlette.requests import Request

from mini_ml.adapters.http.reading.bodies import read_body, require_media_type
from mini_ml.contracts import FrozenModel
from mini_ml.errors import InvalidOption, InvalidRequest, Issue, MiniMLError
from mini_ml.topology import Limits

S = TypeVar("S", bound=FrozenModel)


async def read_json(request: Request, limits: Limits) -> Any:
    """Read the body of a request and parse it as JSON.

    Raises:
        UnsupportedMediaType, UploadTooLarge: see `require_media_type` and `read_body`.
        InvalidRequest: the body is not valid JSON (RFC 8259), or is ambiguous; see `parse_json`.
    """
    require_media_type(request, ["application/json"])
    most, seconds = limits.json_bytes, limits.body_seconds
    return parse_json(await read_body(request, limit_bytes=most, limit="json_bytes", within_seconds=seconds))


def parse_json(body: bytes) -> Any:
    """Parse strict JSON.

    Raises:
        InvalidRequest: the body is not valid JSON, or has NaN, Infinity, duplicate names or unpaired surrogates.
    """
    try:
        text = body.decode("utf-8")
        parsed = json.loads(
            text, parse_constant=_reject_constant, parse_float=_parse_finite, object_pairs_hook=_build_object
        )
    except json.JSONDecodeError as error:
        raise _malformed(f"not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except UnicodeDecodeError as error:
        raise _malformed(f"not UTF-8: byte {error.start + 1} cannot be decoded") from error
    except (ValueError, RecursionError) as error:
        raise _malformed(f"not strict JSON: {_reason(error)}") from error
    if "\\u" in text:
        _reject_surrogates(parsed)
    return parsed


def _malformed(reason: str) -> InvalidRequest:
    return InvalidRequest(f"The body is {reason}.", issues=[Issue(parameter="body", reason=reason)])


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "the nesting is too deep"
    return str(error) if isinstance(error, _NotStrict) else "a number has too many digits"


class _NotStrict(ValueError):
    """Input that Python's JSON parser accepts but that is not valid JSON."""


def _reject_constant(token: str) -> NoReturn:
    raise _NotStrict(f"{token} is not a JSON number; use null for a missing value")


def _parse_finite(token: str) -> float:
    number = float(token)
    if math.isinf(number):
        raise _NotStrict(f"the number {token[:40]} is out of range")
    return number


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        repeated = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _NotStrict(f"the name `{repeated[:80]}` is repeated in an object")
    return found


def _reject_surrogates(parsed: Any) -> None:
    try:
        json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise _malformed("not strict JSON: an escape such as \\ud800 is an unpaired surrogate") from error
    except RecursionError as error:  # serialising needs more stack than parsing
        raise _malformed(f"not strict JSON: {_reason(error)}") from error


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
