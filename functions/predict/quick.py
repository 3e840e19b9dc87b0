"""Fast path of online scoring for small requests to a cached model."""

from functools import partial
from typing import Final

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mini_ml import log_context
from mini_ml.adapters.http.reading.bodies import read_online_body
from mini_ml.keys import LATEST
from mini_ml.ports import Cloud
from mini_ml.workflows.model_cache import Loaded, ModelCache
from mini_ml.workflows.online_predict import score_body

_MOST_BYTES: Final = 8_192
_MOST_COMMAS: Final = 64
"""Larger bodies may have many rows and are scored in a thread, so that they do not block the event loop."""


class QuickRoute(APIRoute):
    """Route that scores small requests on the event loop and handles all others as a normal FastAPI route.

    Middleware and errors are the same. The fast path skips FastAPI's parameter parsing and the thread pool.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a matched request."""
        request = Request(scope, receive)
        loaded = _find_cached_model(request) if _is_plain(request) else None
        if loaded is None:
            await super().handle(scope, receive, send)
            return
        cloud: Cloud = request.app.state.service.cloud
        limits = cloud.stage.limits
        log_context.add(model_name=loaded.manifest.model_name, model_version=loaded.manifest.version)
        body = await read_online_body(request, limits)
        score = partial(
            score_body, loaded, body, "application/json", probabilities=False, limits=limits, metrics=cloud.metrics
        )
        answer = score() if body.count(b",") <= _MOST_COMMAS else await run_in_threadpool(score)
        await Response(answer, media_type="application/json")(scope, receive, send)


def _is_plain(request: Request) -> bool:
    """Return whether a request has a small JSON body and no query parameters."""
    headers = request.headers
    length = headers.get("content-length", "")
    return (
        request.method == "POST"
        and not request.scope["query_string"]
        and headers.get("content-type") == "application/json"
        and length.isdecimal()
        and len(length) <= len(str(_MOST_BYTES))
        and int(length) <= _MOST_BYTES
    )


def _find_cached_model(request: Request) -> Loaded | None:
    model_cache: ModelCache = request.app.state.model_cache
    asked = request.path_params
    return model_cache.at_hand(asked["model_name"], asked.get("version", LATEST))
