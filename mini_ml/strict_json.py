"""Parse JSON strictly (RFC 8259): what Python's parser accepts beyond the standard, or ambiguously, is an error."""

import json
import math
from collections import Counter
from typing import Any, NoReturn

from mini_ml.errors import InvalidRequest, Issue


class InvalidJson(ValueError):
    """The text is not strict JSON; the message says why, such as "not valid JSON: … at line 1, column 5"."""


def parse(text: str | bytes) -> Any:
    """Parse a JSON text into the values of `json.loads`.

    Raises:
        InvalidJson: the text is not UTF-8 or not valid JSON, or has NaN, Infinity, numbers out of range, duplicate
            names, unpaired surrogates or too deep nesting.
    """
    try:
        text = (text if isinstance(text, bytes) else text.encode("utf-8")).decode("utf-8")
        parsed = json.loads(
            text, parse_constant=_reject_constant, parse_float=_parse_finite, object_pairs_hook=_build_object
        )
        if "\\u" in text:
            json.dumps(parsed, ensure_ascii=False).encode("utf-8")  # fails for unpaired surrogates
    except InvalidJson:
        raise
    except json.JSONDecodeError as error:
        raise InvalidJson(f"not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except UnicodeDecodeError as error:
        raise InvalidJson(f"not UTF-8: byte {error.start + 1} cannot be decoded") from error
    except UnicodeEncodeError as error:
        raise InvalidJson("not strict JSON: it has an unpaired surrogate, such as \\ud800") from error
    except RecursionError as error:
        raise InvalidJson("not strict JSON: the nesting is too deep") from error
    except ValueError as error:
        raise InvalidJson("not strict JSON: a number has too many digits") from error
    return parsed


def parse_body(body: bytes) -> Any:
    """Parse the JSON body of a request. Raises InvalidRequest if it is not strict JSON, as `parse` defines it."""
    try:
        return parse(body)
    except InvalidJson as error:
        raise InvalidRequest(f"The body is {error}.", issues=[Issue(parameter="body", reason=str(error))]) from error


def _reject_constant(token: str) -> NoReturn:
    raise InvalidJson(f"not strict JSON: {token} is not a JSON number; use null for a missing value")


def _parse_finite(token: str) -> float:
    number = float(token)
    if math.isinf(number):
        raise InvalidJson(f"not strict JSON: the number {token[:40]} is out of range")
    return number


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        repeated = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise InvalidJson(f"not strict JSON: the name `{repeated[:80]}` is repeated in an object")
    return found
