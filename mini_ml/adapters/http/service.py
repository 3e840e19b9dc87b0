"""What the routes of a service share, and how they get at it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from mini_ml.adapters.http.queries import refuse_unknown_query
from mini_ml.adapters.http.waiting import Waiter
from mini_ml.contracts import Job
from mini_ml.ports import Cloud


def leave_to_the_event(job: Job) -> None:
    """Do nothing with a new job: the upload's own event will have it worked on."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One process of the platform."""

    cloud: Cloud
    waiter: Waiter
    work_on: Callable[[Job], None] = leave_to_the_event
    """Begin a job that was just submitted, and return at once."""
    scores: bool = True
    """Whether online scoring is reached through this service, so that its answers may link to it."""


async def _service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _cloud_of(request: Request) -> Cloud:
    return (await _service_of(request)).cloud


ContextOf = Annotated[Service, Depends(_service_of)]
CloudOf = Annotated[Cloud, Depends(_cloud_of)]


def new_router(tag: str) -> APIRouter:
    """Return a router whose routes stand under `tag` in the document and refuse queries that they do not know."""
    return APIRouter(
        tags=[tag],
        dependencies=[Depends(refuse_unknown_query)],
        generate_unique_id_function=lambda route: route.name,
    )
