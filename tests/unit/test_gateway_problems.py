"""Every error about a client's request names its place; checked in the source code, so that none is missed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from mini_ml import errors

ROOT = Path(__file__).parents[2]
SOURCES = [path for folder in ("mini_ml", "functions") for path in sorted((ROOT / folder).rglob("*.py"))]
OF_THE_CLIENT = (
    errors.InvalidRequest,
    errors.NotFound,
    errors.UploadTooLarge,
    errors.AnswerTooLarge,
    errors.UnsupportedMediaType,
    errors.Unprocessable,
)
NOWHERE = {"RouteNotFound", "WorkerLost", "TimedOut", "OutOfMemory", "OutOfSpace"}
"""RouteNotFound is about the whole address; the others are about how a job ended, not about a request."""
PLACES = {"column", "line", "parameter", "limit"}
REMAINDER = "not listed"
"""Ends the issue that counts those beyond the longest list."""


def calls_in(path: Path) -> Iterator[ast.Call]:
    """Yield the calls in a file."""
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    """Return the name that is called, without its module."""
    return ast.unparse(call.func).rpartition(".")[2]


def is_rejection(call: ast.Call) -> bool:
    """Return whether a call creates an error about a client's request."""
    error_type = getattr(errors, name_of(call), None)
    return isinstance(error_type, type) and issubclass(error_type, OF_THE_CLIENT) and error_type.__name__ not in NOWHERE


def keywords_of(call: ast.Call) -> set[str | None]:
    """Return the names of the keywords of a call."""
    return {keyword.arg for keyword in call.keywords}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_invalid_request_error_has_issues(path: Path) -> None:
    without = [
        ast.unparse(call)[:100] for call in calls_in(path) if is_rejection(call) and "issues" not in keywords_of(call)
    ]

    assert without == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_issue_names_its_place(path: Path) -> None:
    issues = [(ast.unparse(call), keywords_of(call)) for call in calls_in(path) if name_of(call) == "Issue"]

    assert [issue for issue, given in issues if not PLACES & given and REMAINDER not in issue] == []
