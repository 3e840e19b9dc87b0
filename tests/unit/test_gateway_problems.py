"""Every refusal of what a client sent says where it is wrong; read out of the code, so that none is missed."""

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
    errors.UnsupportedMediaType,
    errors.Unprocessable,
)
NOWHERE = {"RouteNotFound", "WorkerLost", "TimedOut", "OutOfMemory", "OutOfSpace"}
"""No route: the whole address is wrong. The others tell how a job ended, not what is wrong with what was sent."""
PLACES = {"column", "line", "parameter", "limit"}
REMAINDER = "not listed"
"""Of the fault that counts those past the longest list."""


def calls(path: Path) -> Iterator[ast.Call]:
    """Yield the calls in a file."""
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """Return the name that is called, without its module."""
    return ast.unparse(call.func).rpartition(".")[2]


def is_refusal(call: ast.Call) -> bool:
    """Tell whether a call makes an error over what a client sent."""
    made = getattr(errors, called(call), None)
    return isinstance(made, type) and issubclass(made, OF_THE_CLIENT) and made.__name__ not in NOWHERE


def keywords(call: ast.Call) -> set[str | None]:
    """Return the names of the keywords of a call."""
    return {keyword.arg for keyword in call.keywords}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_invalid_request_error_has_issues(path: Path) -> None:
    without = [ast.unparse(call)[:100] for call in calls(path) if is_refusal(call) and "issues" not in keywords(call)]

    assert without == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_issue_names_its_place(path: Path) -> None:
    issues = [(ast.unparse(call), keywords(call)) for call in calls(path) if called(call) == "Issue"]

    assert [fault for fault, given in issues if not PLACES & given and REMAINDER not in fault] == []
