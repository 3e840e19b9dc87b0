"""Start page of the trainer and of the predict service; health check and metrics of every service."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from mini_ml.adapters.http.answering.links import links_from
from mini_ml.adapters.http.answering.views import json_response
from mini_ml.adapters.http.openapi.document import problem_responses
from mini_ml.adapters.http.schemas import Health, Welcome
from mini_ml.adapters.http.service import CloudDep, new_router
from mini_ml.errors import RouteNotFound

health_router = new_router("Status")


@health_router.get(
    "/health", summary="Check the health", response_model=Health, response_description="The process is healthy."
)
async def health() -> Response:
    """Checks no dependencies, so that a slow dependency does not make this process look unhealthy."""
    return json_response(Health(status="healthy"))


metrics_router = new_router("Status")
_PROMETHEUS: Final = "text/plain; version=0.0.4; charset=utf-8"


@metrics_router.get(
    "/metrics",
    summary="Get the metrics of this service for Prometheus",
    response_class=PlainTextResponse,
    response_description="The metrics in Prometheus' text format.",
    responses=problem_responses(404),
)
def metrics(cloud: CloudDep) -> Response:
    """Counts what all processes of this service did, its pollers too. Reads no storage and no queue.

    Deployments that send their metrics elsewhere, as on AWS, answer 404.
    """
    text = cloud.metrics.render()
    if text is None:
        raise RouteNotFound("This deployment does not show its metrics here. On AWS they are in CloudWatch.")
    return Response(text, media_type=_PROMETHEUS)


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
