"""Turn pydantic's validation errors into ours, in the words of JSON instead of Python."""

from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from mini_ml.contracts.options import MALFORMED_TEXT
from mini_ml.errors import InvalidOption, InvalidRequest, Issue

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_MALFORMED: Final = {"missing", "extra_forbidden", "model_type", "model_attributes_type", MALFORMED_TEXT}
"""pydantic error types that make a request malformed; all others are wrong values."""
_PLAIN_REASONS: Final = {
    "missing": "missing field",
    "extra_forbidden": "unknown field",
    "model_type": "must be a JSON object",
    "model_attributes_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
    "tuple_type": "must be a JSON array",
    "string_type": "must be a string",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
}
"""Reasons by pydantic error type, where pydantic's own message refers to Python."""


def build_rejection(error: ValidationError) -> InvalidRequest | InvalidOption:
    """Return the error for a request that does not match its model: InvalidRequest if it is malformed."""
    found = error.errors(include_url=False, include_input=False)
    issues = [_build_issue(one) for one in found]
    names = ", ".join(f"`{issue.parameter}`" for issue in issues if issue.parameter) or "the body"
    if any(one["type"] in _MALFORMED for one in found):
        return InvalidRequest(f"The request is malformed. Check {names}.", issues=issues)
    return InvalidOption(f"The request has invalid values. Check {names}.", issues=issues)


def _build_issue(details: "ErrorDetails") -> Issue:
    where = ".".join(map(str, details["loc"]))
    reason = _PLAIN_REASONS.get(details["type"], details["msg"])
    return Issue(
        parameter=where[:80] or None,
        reason=f"{reason[:1].lower()}{reason[1:]}",
        hint=details.get("ctx", {}).get("hint"),
    )
