"""Makes a service's FastAPI application: the same edges, the same docs page, the same shape of document."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import APIRouter, FastAPI

from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.auth.middleware import AuthMiddleware
from mini_ml.adapters.http import docs
from mini_ml.adapters.http.exception_handlers import add_exception_handlers
from mini_ml.adapters.http.middleware import ResponseMiddleware
from mini_ml.adapters.http.openapi import document

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
    lifespan: Lifespan | None = None,
) -> FastAPI:
    """Return an application with these routes behind this authenticator; they find `state` in `request.app.state`.

    The routes are put in as they are, not included as routers, so that each can be seen and matched by itself.
    A path with a slash too many is no route: a redirect would have to name the host.
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
    app.add_middleware(ResponseMiddleware)
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    """Let the application answer our edition of its OpenAPI document."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(made())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
