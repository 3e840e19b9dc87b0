"""Additional checks for schemathesis, which imports this module: responses leak nothing, and JSON is strict."""

import json
import re
from typing import Any, Final, NoReturn

import schemathesis

LEAKS: Final = re.compile(r"Traceback|site-packages|/usr/|/tmp/|File \"|0x[0-9a-f]{6,}|127\.0\.0\.1|localhost|\.py\b")
_PLATFORM_ADDRESSES: Final = re.compile(r'"url":"[^"]*"|"Location": "http[^"]*"', re.IGNORECASE)
"""Addresses of S3 that are there to be followed."""


def text_of(text: str, headers: dict[str, str]) -> str:
    """Return the headers and the body of a response as text, without the links for clients."""
    return _PLATFORM_ADDRESSES.sub("", f"{text} {json.dumps(headers)}")


def strict(text: str) -> Any:
    """Return what strict JSON says. Raises ValueError for NaN and Infinity."""
    return json.loads(text, parse_constant=_reject)


def _reject(token: str) -> NoReturn:
    raise ValueError(f"{token} is not JSON")


@schemathesis.check
def check_leaks(ctx: Any, response: Any, case: Any) -> None:
    """Fail if a response contains a path, a host or a traceback."""
    found = LEAKS.search(text_of(response.text, {name: value[0] for name, value in response.headers.items()}))
    assert found is None, f"the answer tells of the machine: {found and found[0]}"


@schemathesis.check
def strict_json(ctx: Any, response: Any, case: Any) -> None:
    """Fail if a JSON response is invalid or contains NaN."""
    if "json" in response.headers.get("content-type", [""])[0] and response.text:
        strict(response.text)
