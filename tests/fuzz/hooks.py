"""Checks of our own for schemathesis, which imports this module: no answer tells of the machine, all JSON is strict."""

import json
import re
from typing import Any, Final, NoReturn

import schemathesis

LEAKS: Final = re.compile(r"Traceback|site-packages|/usr/|/tmp/|File \"|0x[0-9a-f]{6,}|127\.0\.0\.1|localhost|\.py\b")
_PLATFORM_ADDRESSES: Final = re.compile(r'"url":"[^"]*"|"Location": "http[^"]*"', re.IGNORECASE)
"""Addresses of S3 that are there to be followed."""


def told(text: str, headers: dict[str, str]) -> str:
    """Return what an answer says, headers included, less the addresses that a client is meant to follow."""
    return _PLATFORM_ADDRESSES.sub("", f"{text} {json.dumps(headers)}")


def strict(text: str) -> Any:
    """Return what strict JSON says. Raises ValueError for NaN and Infinity."""
    return json.loads(text, parse_constant=_refused)


def _refused(token: str) -> NoReturn:
    raise ValueError(f"{token} is no JSON")


@schemathesis.check
def nothing_of_the_machine(ctx: Any, response: Any, case: Any) -> None:
    """Fail where an answer holds a path, a host or a traceback."""
    found = LEAKS.search(told(response.text, {name: value[0] for name, value in response.headers.items()}))
    assert found is None, f"the answer tells of the machine: {found and found[0]}"


@schemathesis.check
def strict_json(ctx: Any, response: Any, case: Any) -> None:
    """Fail where an answer that says it is JSON is none, or has NaN."""
    if "json" in response.headers.get("content-type", [""])[0] and response.text:
        strict(response.text)
