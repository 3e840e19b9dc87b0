"""The shortest way through online scoring, for what most requests are: a few rows for a model that is at hand."""

from functools import partial
from typing import Final

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from functions.predict.online import scored
from mini_ml.adapters.http.bodies import read_online_body
from mini_ml.keys import LATEST
from mini_ml.topology import Limits
from mini_ml.workflows.model_cache import Loaded, ModelCache

_MOST_BYTES: Final = 8_192
_MOST_COMMAS: Final = 64
"""A body with more of either may hold many rows, and is scored in a thread, so that they keep nobody else waiting."""


class QuickRoute(APIRoute):
    """Scores a small body at once, where the request arrives; anything else goes the way of every route.

    It stands behind the same middleware and has the same errors. What it leaves out is FastAPI's reading of
    parameters, of which such a request has none but its path, and the hop into a thread and back.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that matched."""
        request = Request(scope, receive)
        loaded = _at_hand(request) if _is_plain(request) else None
        if loaded is None:
            await super().handle(scope, receive, send)
            return
        limits: Limits = request.app.state.service.cloud.stage.limits
        body = await read_online_body(request, limits)
        score = partial(scored, loaded, body, "application/json", probabilities=False, limits=limits)
        answer = score() if body.count(b",") <= _MOST_COMMAS else await run_in_threadpool(score)
        await Response(answer, media_type="application/json")(scope, receive, send)


def _is_plain(request: Request) -> bool:
    """Tell whether a request has a small JSON body and nothing else that would have to be looked at."""
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


def _at_hand(request: Request) -> Loaded | None:
    model_cache: ModelCache = request.app.state.model_cache
    asked = request.path_params
    return model_cache.at_hand(asked["model_name"], asked.get("version", LATEST))
