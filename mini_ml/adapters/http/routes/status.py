"""`/` and `/health` of the services behind the api."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from mini_ml.adapters.http.links import links_from
from mini_ml.adapters.http.service import new_router
from mini_ml.adapters.http.shapes import Health, Welcome
from mini_ml.adapters.http.views import answer

health_router = new_router("Status")


@health_router.get(
    "/health", summary="Whether this process answers", response_model=Health, response_description="It does."
)
async def health() -> Response:
    """Looks at nothing else, so that a slow neighbour never makes this process seem dead."""
    return answer(Health(status="healthy"))


def welcome_router(message: str) -> APIRouter:
    """Return the front page of a service."""
    router = new_router("Status")

    @router.get("/", summary="What this is", response_model=Welcome, response_description="A greeting and links.")
    async def welcome(request: Request) -> Response:
        """Leads to the documentation and to what the platform has."""
        link = links_from(request)
        paths = {"docs": "/docs", "health": "/health", "jobs": "/jobs", "models": "/models"}
        return answer(Welcome(message=message, links={name: link(path) for name, path in paths.items()}))

    return router
