"""State shared by the routes of a service, and the FastAPI dependencies that provide it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from mini_ml.adapters.http.reading.queries import reject_unknown_query
from mini_ml.adapters.http.waiting import Waiter
from mini_ml.jobs.job import Job
from mini_ml.ports import Cloud


def _do_nothing(job: Job) -> None:
    """Leave a new job to the worker that receives its S3 event."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """State of one service process."""

    cloud: Cloud
    waiter: Waiter
    start_job: Callable[[Job], None] = _do_nothing
    """Starts a newly submitted job in the background."""
    scores: bool = True
    """Whether this service has the online scoring routes, so that responses can link to them."""
    reports: bool = False
    """Whether this service has the reports of model versions."""


async def _get_service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _get_cloud(request: Request) -> Cloud:
    return (await _get_service(request)).cloud


ServiceDep = Annotated[Service, Depends(_get_service)]
CloudDep = Annotated[Cloud, Depends(_get_cloud)]


def new_router(tag: str) -> APIRouter:
    """Create a router with this OpenAPI tag whose routes reject unknown query parameters."""
    return APIRouter(
        tags=[tag],
        dependencies=[Depends(reject_unknown_query)],
        generate_unique_id_function=lambda route: route.name,
    )
