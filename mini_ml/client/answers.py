"""Parse responses into the models of `mini_ml.contracts`."""

from typing import TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from mini_ml.client.exceptions import ClientFailure
from mini_ml.contracts import Problem

View = TypeVar("View", bound=BaseModel)


def parse_view(response: httpx2.Response, view: type[View]) -> View:
    """Parse the JSON of a response; links become absolute, and unknown fields of a newer server are ignored.

    Raises:
        ClientFailure: the response is not JSON, or other JSON than expected.
    """
    url = str(response.url)
    try:
        return view.model_validate_json(response.content, extra="ignore", context=url)
    except ValidationError as error:
        raise ClientFailure(f"{url} {_describe(error)} Is this the URL of the platform?") from error


def _describe(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return "did not answer with JSON."
    return f"answered with unexpected JSON: {'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}."


def parse_problem(response: httpx2.Response) -> Problem:
    """Return the problem document of a response, or build one if S3 or a proxy sent something else."""
    built = _build_problem(response)
    try:
        sent = response.json()
    except ValueError:
        return built
    if not isinstance(sent, dict) or "title" not in sent:
        return built
    try:
        return Problem.model_validate({**built.model_dump(), **sent}, extra="ignore")
    except ValidationError:
        return built


def _build_problem(response: httpx2.Response) -> Problem:
    url = response.request.url.copy_with(query=None)
    return Problem(
        type="about:blank",
        title="Request rejected",
        status=response.status_code,
        detail=f"{url} answered {response.status_code} {response.reason_phrase}.",
        code="refused",
    )
