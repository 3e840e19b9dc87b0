"""Parse JSON strictly: what RFC 8259 forbids, and what two parsers may read differently, is rejected."""

import json
import math
from collections import Counter
from typing import Final, NoReturn

from pydantic import JsonValue

from mini_ml.errors import InvalidRequest, Issue

BODY: Final = "body"
"""Name of a whole HTTP body."""


def parse_json(text: str | bytes, *, name: str, hint: str | None = None) -> JsonValue:
    """Parse strict JSON.

    Args:
        text: the JSON; bytes must be UTF-8.
        name: what the text is, for the error: `BODY`, or the name of a form field or an option.
        hint: what to send instead, for the error.

    Raises:
        InvalidRequest: it is not valid JSON, or has NaN, Infinity, duplicate names or unpaired surrogates.
    """
    try:
        return _parse(text)
    except json.JSONDecodeError as error:
        raise _malformed(
            name, f"not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}", hint
        ) from error
    except UnicodeDecodeError as error:
        raise _malformed(name, f"not UTF-8: byte {error.start + 1} cannot be decoded", hint) from error
    except (ValueError, RecursionError) as error:
        raise _malformed(name, f"not strict JSON: {_reason(error)}", hint) from error


def _malformed(name: str, reason: str, hint: str | None) -> InvalidRequest:
    subject = "The body" if name == BODY else f"`{name}`"
    return InvalidRequest(f"{subject} is {reason}.", issues=[Issue(parameter=name, reason=reason, hint=hint)])


def _parse(text: str | bytes) -> JsonValue:
    decoded = text if isinstance(text, str) else text.decode("utf-8")
    parsed: JsonValue = json.loads(
        decoded, parse_constant=_reject_constant, parse_float=_parse_finite, object_pairs_hook=_build_object
    )
    if isinstance(text, str) or "\\u" in decoded:  # UTF-8 itself has no surrogates
        _reject_surrogates(parsed)
    return parsed


class _NotStrict(ValueError):
    """Input that Python's JSON parser accepts but that is not strict JSON."""


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, RecursionError):  # of parsing, or of serialising, which needs more stack
        return "the nesting is too deep"
    return str(error) if isinstance(error, _NotStrict) else "a number has too many digits"


def _reject_constant(token: str) -> NoReturn:
    raise _NotStrict(f"{token} is not a JSON number; use null for a missing value")


def _parse_finite(token: str) -> float:
    number = float(token)
    if math.isinf(number):
        raise _NotStrict(f"the number {token[:40]} is out of range")
    return number


def _build_object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) < len(pairs):
        repeated = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _NotStrict(f"the name `{repeated[:80]}` is repeated in an object")
    return found


def _reject_surrogates(parsed: JsonValue) -> None:
    try:
        json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise _NotStrict("an escape such as \\ud800 is an unpaired surrogate") from error
