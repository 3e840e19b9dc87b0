"""Exception handlers that turn every exception into a problem document."""

import logging

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from mini_ml import errors, log_context
from mini_ml.adapters.http.answering.middleware import HEADERS
from mini_ml.adapters.http.answering.problems import error_response, status_for
from mini_ml.adapters.http.correlation import correlation_id_of, log_fields_of
from mini_ml.topology import CORRELATION_ID

logger = logging.getLogger(__name__)

_BY_STATUS: dict[int, tuple[type[errors.MiniMLError], str]] = {
    404: (errors.RouteNotFound, "No route matches this path. /docs lists all routes."),
    405: (errors.MethodNotAllowed, "This route does not support this method."),
    413: (errors.UploadTooLarge, "The body is too large."),
    415: (errors.UnsupportedMediaType, "This route does not accept this content type."),
}


def add_exception_handlers(app: FastAPI) -> None:
    """Add exception handlers for all exceptions of routes."""
    app.add_exception_handler(errors.MiniMLError, _handle_mini_ml_error)
    app.add_exception_handler(HTTPException, _handle_http_exception)
    app.add_exception_handler(RequestValidationError, _handle_invalid_parameter)
    app.add_exception_handler(ValidationError, _handle_internal_error)
    app.add_exception_handler(Exception, _handle_internal_error)


async def _handle_mini_ml_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.MiniMLError)
    if status_for(type(error)) == 500:
        return await _handle_internal_error(request, error)
    if isinstance(error, errors.Unavailable):
        logger.warning("request_refused", extra={"code": error.code, "cause": repr(error.__cause__)})
    return error_response(error)


async def _handle_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return _handle_unsupported_method(request)
    error_type, detail = _BY_STATUS.get(error.status_code, (errors.InvalidRequest, "The request cannot be parsed."))
    return error_response(error_type(detail))


def _handle_unsupported_method(request: Request) -> Response:
    """Return the allowed methods for OPTIONS, and 405 for any other unsupported method."""
    allow = ", ".join(allowed_methods(request))
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": allow})
    error = errors.MethodNotAllowed(f"This route supports {allow}.")
    return error_response(error, headers={"Allow": allow})


def allowed_methods(request: Request) -> list[str]:
    """Return the methods that the routes at the request's path support."""
    found = {"OPTIONS"}
    for route in request.app.router.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= set(route.methods or ())
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


async def _handle_invalid_parameter(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    issues = [
        errors.Issue(parameter=str(one["loc"][-1]), reason=f"`{one['loc'][-1]}`: {one['msg']}")
        for one in error.errors()
    ]
    names = ", ".join(f"`{issue.parameter}`" for issue in issues)
    return error_response(errors.InvalidOption(f"Invalid parameters: {names}.", issues=issues))


async def _handle_internal_error(request: Request, error: Exception) -> Response:
    internal = error if isinstance(error, errors.MiniMLError) else errors.Internal("unexpected")
    # Unhandled exceptions bypass the middleware: ResponseMiddleware's headers, and the fields and the correlation id.
    with log_context.bind(**log_fields_of(request)):
        logger.error("request_failed", exc_info=error, extra={"code": internal.code})
    return error_response(internal, headers={**HEADERS, CORRELATION_ID: correlation_id_of(request)})
