"""`/models/{model_name}/versions/{version}/drift`: how the rows of batches differ from the training rows."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from mini_ml import keys
from mini_ml.adapters.http.answering.links import links_from, page_links
from mini_ml.adapters.http.answering.views import batch_drift_view, json_response
from mini_ml.adapters.http.openapi.document import problem_responses
from mini_ml.adapters.http.routes.models import ModelName, Version
from mini_ml.adapters.http.service import CloudDep, new_router
from mini_ml.contracts import DriftPage
from mini_ml.jobs.job_links import version_path
from mini_ml.registry import aliases
from mini_ml.registry.batch_drifts import list_batch_drifts

router = new_router("Models")


@router.get(
    "/models/{model_name}/versions/{version}/drift",
    summary="List the drift of batches, newest first",
    response_model=DriftPage,
    response_description="A page of batches; `links.next` is the next page.",
    responses=problem_responses(400, 404, 422, 503),
)
def list_drift(
    request: Request,
    cloud: CloudDep,
    model_name: ModelName,
    version: Version,
    limit: Annotated[int, Query(ge=1, le=100, description="Maximum number of batches per page.")] = 10,
    cursor: Annotated[
        str | None,
        Query(
            description="Start of the page; use `links.next` instead of setting it.",
            json_schema_extra={"pattern": keys.NEWEST_FIRST},
        ),
    ] = None,
) -> Response:
    """Says for each batch how its rows differ from the training rows, and its predictions from those of hold-out rows.

    Batches of models without a profile are not listed. A page can have fewer batches than `limit` although there is a
    next page, if they have many columns.
    """
    number = aliases.resolve(cloud.artifacts, model_name, version)
    page = list_batch_drifts(cloud.artifacts, model_name, number, limit=limit, cursor=cursor)
    link, here = links_from(request), version_path(model_name, number)
    links = page_links(link, f"{here}/drift", {"limit": limit}, cursor=cursor, following=page.cursor)
    links["model_version"] = link(here)
    batches = tuple(batch_drift_view(found, link) for found in page.batches)
    return json_response(DriftPage(model_name=model_name, version=number, batches=batches, links=links))
