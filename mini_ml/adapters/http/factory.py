"""Create the FastAPI application of a service, with the middleware, docs page and error handlers of all services."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import APIRouter, FastAPI

from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.auth.middleware import AuthMiddleware
from mini_ml.adapters.http.answering.exception_handlers import add_exception_handlers
from mini_ml.adapters.http.answering.middleware import ResponseMiddleware
from mini_ml.adapters.http.correlation import CorrelationMiddleware
from mini_ml.adapters.http.openapi import docs
from mini_ml.adapters.http.openapi.document import customize
from mini_ml.ports import Metrics

CONTRACT_VERSION = "1.0.0"
"""Version of the HTTP contract, not of the package."""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def new_app(
    *,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    state: Mapping[str, object],
    authenticator: Authenticator | None,
    metrics: Metrics,
    lifespan: Lifespan | None = None,
) -> FastAPI:
    """Create an application.

    Routes are added directly instead of with `include_router`, so that AuthMiddleware can match each of them. Paths
    with a trailing slash return 404, because a redirect would need the host name, which a service does not know.

    Args:
        title: title of the OpenAPI document.
        description: description of the OpenAPI document.
        routers: routers of the service.
        state: values for `app.state`.
        authenticator: authenticates requests; None turns authentication off.
        metrics: records the requests.
        lifespan: startup and shutdown of the service.
    """
    app = FastAPI(
        title=title,
        description=description,
        version=CONTRACT_VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        servers=[{"url": "."}],
        root_path_in_servers=False,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    for router in (*routers, docs.router):
        app.router.routes.extend(router.routes)
    for name, value in state.items():
        setattr(app.state, name, value)
    add_exception_handlers(app)
    app.add_middleware(AuthMiddleware, authenticator=authenticator)
    app.add_middleware(ResponseMiddleware, metrics=metrics)
    app.add_middleware(CorrelationMiddleware)
    _customize_openapi(app)
    return app


def _customize_openapi(app: FastAPI) -> None:
    """Make the application serve the customized OpenAPI document."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = customize(generate())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
