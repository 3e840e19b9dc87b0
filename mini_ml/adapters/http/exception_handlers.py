"""The outermost layer of every service: whatever goes wrong inside leaves as a problem document."""

import logging

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from mini_ml import errors
from mini_ml.adapters.http.headers import HEADERS
from mini_ml.adapters.http.problems import response_to, status_for

logger = logging.getLogger(__name__)

_BY_STATUS: dict[int, tuple[type[errors.MiniMLError], str]] = {
    404: (errors.RouteNotFound, "No route has this path; /docs shows them all."),
    405: (errors.MethodNotAllowed, "This route does not take the method."),
    413: (errors.UploadTooLarge, "The body is too large."),
    415: (errors.UnsupportedMediaType, "This route does not read this content type."),
}


def add_exception_handlers(app: FastAPI) -> None:
    """Make every exception of a route a problem document."""
    app.add_exception_handler(errors.MiniMLError, _on_own_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_bad_parameter)
    app.add_exception_handler(ValidationError, _on_our_fault)
    app.add_exception_handler(Exception, _on_our_fault)


async def _on_own_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.MiniMLError)
    if status_for(type(error)) == 500:
        return await _on_our_fault(request, error)
    if isinstance(error, errors.Unavailable):
        logger.warning("request_refused", extra={"code": error.code, "cause": repr(error.__cause__)})
    return response_to(error)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return _on_other_method(request)
    error_type, detail = _BY_STATUS.get(error.status_code, (errors.InvalidRequest, "The request cannot be read."))
    return response_to(error_type(detail))


def _on_other_method(request: Request) -> Response:
    """Answer OPTIONS with the methods of the route, and any other method with a refusal that names them."""
    allow = ", ".join(allowed_methods(request))
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": allow})
    return response_to(errors.MethodNotAllowed(f"This route takes {allow}."), headers={"Allow": allow})


def allowed_methods(request: Request) -> list[str]:
    """Return the methods that the routes at the request's path take."""
    found = {"OPTIONS"}
    for route in request.app.router.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= set(route.methods or ())
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


async def _on_bad_parameter(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    issues = [
        errors.Issue(parameter=str(one["loc"][-1]), reason=f"`{one['loc'][-1]}`: {one['msg']}")
        for one in error.errors()
    ]
    names = ", ".join(f"`{fault.parameter}`" for fault in issues)
    return response_to(errors.InvalidOption(f"{names} cannot be used as given.", issues=issues))


async def _on_our_fault(request: Request, error: Exception) -> Response:
    told = error if isinstance(error, errors.MiniMLError) else errors.Internal("unexpected")
    logger.error("request_failed", exc_info=error, extra={"code": told.code})
    return response_to(told, headers=HEADERS)  # what nobody thought of is answered outside of the middleware
