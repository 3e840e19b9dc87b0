"""Start page and health check of the trainer and the predict service."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from mini_ml.adapters.http.answering.links import links_from
from mini_ml.adapters.http.answering.views import json_response
from mini_ml.adapters.http.schemas import Health, Welcome
from mini_ml.adapters.http.service import new_router

health_router = new_router("Status")


@health_router.get(
    "/health", summary="Check the health", response_model=Health, response_description="The process is healthy."
)
async def health() -> Response:
    """Checks no dependencies, so that a slow dependency does not make this process look unhealthy."""
    return json_response(Health(status="healthy"))


def welcome_router(message: str) -> APIRouter:
    """Create the router of a service's start page."""
    router = new_router("Status")

    @router.get("/", summary="Start page", response_model=Welcome, response_description="A greeting and links.")
    async def welcome(request: Request) -> Response:
        """Links to the documentation, jobs and models."""
        link = links_from(request)
        paths = {"docs": "/docs", "health": "/health", "jobs": "/jobs", "models": "/models"}
        return json_response(Welcome(message=message, links={name: link(path) for name, path in paths.items()}))

    return router
