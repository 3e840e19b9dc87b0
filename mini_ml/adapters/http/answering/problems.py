"""Map errors to HTTP statuses and problem documents (RFC 9457)."""

from collections.abc import Iterable, Iterator, Mapping

from fastapi.responses import Response

from mini_ml import errors, log_context
from mini_ml.contracts import Failure, IssueView, Problem, VersionComparison

HTTP_STATUS: dict[type[errors.MiniMLError], int] = {
    errors.InvalidRequest: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.BodyTooSlow: 408,
    errors.Conflict: 409,
    errors.UploadTooLarge: 413,
    errors.AnswerTooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.Unprocessable: 422,
    errors.Internal: 500,
    errors.Unavailable: 503,
}

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
"""Value of `Retry-After` for retryable errors, in seconds."""

_INTERNAL_DETAIL = "The platform has an internal error. Try again, and report the error if it persists."


def status_for(error_type: type[errors.MiniMLError]) -> int:
    """Return the status of the nearest mapped ancestor, else 500."""
    return next((HTTP_STATUS[cls] for cls in error_type.__mro__ if cls in HTTP_STATUS), 500)


def problem_of(error: errors.MiniMLError) -> Problem:
    """Return the problem document of an error. Internal errors do not include their details."""
    problem = _problem(type(error), error.detail, map(IssueView.of, error.issues))
    if isinstance(error, errors.NotBetter) and error.comparison is not None:
        return problem.model_copy(update={"comparison": VersionComparison.model_validate(error.comparison)})
    return problem


def problem_of_failure(failure: Failure, *, instance: str | None = None) -> Problem:
    """Return the problem document of a failed job; `instance` links to the job."""
    return _problem(_BY_CODE.get(failure.code, errors.Internal), failure.detail, failure.errors, instance)


def _problem(
    error_type: type[errors.MiniMLError], detail: str, issues: Iterable[IssueView], instance: str | None = None
) -> Problem:
    status = status_for(error_type)
    return Problem(
        type=f"urn:mini-ml:problem:{error_type.code}",
        title=error_type.title,
        status=status,
        detail=_INTERNAL_DETAIL if status == 500 else detail,
        code=error_type.code,
        errors=() if status == 500 else tuple(issues),
        instance=instance,
    )


def error_response(error: errors.MiniMLError, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response for an error, with `Retry-After` if the error is retryable."""
    extra = {"Retry-After": str(RETRY_AFTER_SECONDS)} if error.retryable else {}
    if isinstance(error, errors.BodyTooSlow):
        extra["Connection"] = "close"  # the unread rest of the body would be parsed as a request (RFC 9110, 15.5.9)
    return problem_response(problem_of(error), headers={**extra, **(headers or {})})


def problem_response(problem: Problem, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem document as a response; the log line of the request gets its code."""
    log_context.add(code=problem.code)
    return Response(
        problem.model_dump_json(exclude_none=True), problem.status, headers=dict(headers or {}), media_type=MEDIA_TYPE
    )


def all_error_types(root: type[errors.MiniMLError] = errors.MiniMLError) -> Iterator[type[errors.MiniMLError]]:
    """Iterate over the error tree, parents first."""
    yield root
    for child in root.__subclasses__():
        yield from all_error_types(child)


def _index_by_code() -> dict[str, type[errors.MiniMLError]]:
    """Return the error classes by code; for an inherited code, the class that declares it."""
    return {error_type.code: error_type for error_type in all_error_types() if "code" in vars(error_type)}


_BY_CODE = _index_by_code()
