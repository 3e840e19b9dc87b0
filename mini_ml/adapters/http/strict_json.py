"""JSON bodies without JSON's lax corners, and the shapes that they must have."""

import json
import math
from collections import Counter
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError
from starlette.requests import Request

from mini_ml.adapters.http.bodies import read_body, require_media_type
from mini_ml.contracts import Shape
from mini_ml.errors import InvalidOption, InvalidRequest, Issue, MiniMLError
from mini_ml.topology import Limits

S = TypeVar("S", bound=Shape)


async def read_json(request: Request, limits: Limits) -> Any:
    """Return the JSON of the body.

    Raises:
        UnsupportedMediaType, UploadTooLarge: as `require_media_type` and `read_body` do.
        InvalidRequest: it is not JSON as RFC 8259 has it, or means different things to different readers.
    """
    require_media_type(request, ["application/json"])
    most, seconds = limits.json_bytes, limits.body_seconds
    return parse_json(await read_body(request, limit_bytes=most, limit="json_bytes", within_seconds=seconds))


def parse_json(body: bytes) -> Any:
    """Return what strict JSON says: no NaN or Infinity, no name twice, no half characters. Raises InvalidRequest."""
    try:
        text = body.decode("utf-8")
        parsed = json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise _malformed(f"not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except UnicodeDecodeError as error:
        raise _malformed(f"not UTF-8: byte {error.start + 1} cannot be decoded") from error
    except (ValueError, RecursionError) as error:
        raise _malformed(f"not strict JSON: {_reason(error)}") from error
    if "\\u" in text:
        _require_whole_characters(parsed)
    return parsed


def _malformed(reason: str) -> InvalidRequest:
    return InvalidRequest(f"The body is {reason}.", issues=[Issue(parameter="body", reason=reason)])


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error) if isinstance(error, _NotStrict) else "a number has too many digits"


class _NotStrict(ValueError):
    """Something that Python's parser lets pass and JSON does not."""


def _refuse(token: str) -> NoReturn:
    raise _NotStrict(f"{token} is no JSON number; write null for a missing value")


def _finite(token: str) -> float:
    number = float(token)
    if math.isinf(number):
        raise _NotStrict(f"the number {token[:40]} is out of range")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _NotStrict(f"the name `{twice[:80]}` occurs twice in one object")
    return found


def _require_whole_characters(parsed: Any) -> None:
    try:
        json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise _malformed("not strict JSON: an escape like \\ud800 is half a character") from error
    except RecursionError as error:  # writing takes more of the stack than reading did
        raise _malformed(f"not strict JSON: {_reason(error)}") from error


_MALFORMED = {"missing", "extra_forbidden", "model_type", "model_attributes_type"}
"""pydantic's names for what makes a request malformed; any other fault is a wrong value."""
_PLAIN_REASONS = {
    "missing": "the field is missing",
    "extra_forbidden": "there is no such field",
    "model_type": "a JSON object is needed",
    "model_attributes_type": "a JSON object is needed",
    "dict_type": "a JSON object is needed",
    "tuple_type": "a JSON list is needed",
}
"""What to say where pydantic's words are about Python."""


async def read_shape(request: Request, shape: type[S], limits: Limits) -> S:
    """Return the JSON of the body as a shape.

    Raises:
        UnsupportedMediaType, UploadTooLarge, InvalidRequest: as `read_json` does.
        InvalidRequest, InvalidOption: fields are missing or unknown, or have wrong values; all at once.
    """
    parsed = await read_json(request, limits)
    try:
        return shape.model_validate(parsed)
    except ValidationError as error:
        raise _refusal_of(error) from error


def _refusal_of(error: ValidationError) -> MiniMLError:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    issues = [_fault(".".join(map(str, one["loc"])), _PLAIN_REASONS.get(one["type"], one["msg"])) for one in found]
    names = ", ".join(f"`{fault.parameter}`" for fault in issues if fault.parameter) or "the body"
    if any(one["type"] in _MALFORMED for one in found):
        return InvalidRequest(f"The request is not of the form that this route reads: {names}.", issues=issues)
    return InvalidOption(f"What the request says cannot be used: {names}.", issues=issues)


def _fault(where: str, reason: str) -> Issue:
    return Issue(parameter=where[:80] or None, reason=f"{reason[:1].lower()}{reason[1:]}")
