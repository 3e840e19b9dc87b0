"""Routes of aliases: where they point, who moved them, and how they are moved and removed."""

from typing import Annotated, Final

from fastapi import Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mini_ml import keys
from mini_ml.adapters.auth.principal import name_of
from mini_ml.adapters.http.answering.links import links_from
from mini_ml.adapters.http.answering.views import alias_view, json_response
from mini_ml.adapters.http.openapi.document import json_body, problem_responses
from mini_ml.adapters.http.reading.json_bodies import read_json_as
from mini_ml.adapters.http.routes.models import ModelName
from mini_ml.adapters.http.schemas import BLANK_AS_NONE, MOST_REASON_CHARS, AliasTarget
from mini_ml.adapters.http.service import CloudDep, new_router
from mini_ml.contracts import AliasView, JsonObject
from mini_ml.registry import alias_moves, promotion

router = new_router("Models")

AliasName = Annotated[
    str,
    Path(
        description="Starts with a lower-case letter; `latest` is reserved.",
        openapi_examples={"champion": {"value": "champion"}},
        json_schema_extra={"pattern": keys.ALIAS, "not": {"const": keys.LATEST}},
    ),
]
_EXAMPLES: Final[dict[str, JsonObject]] = {
    "first version": {"value": {"version": 1}},
    "only if it is better": {"value": {"version": 1, "if_better": True, "reason": "trained on the data of this month"}},
}


@router.get(
    "/models/{model_name}/aliases/{alias}",
    summary="Get an alias and its moves",
    response_model=AliasView,
    response_description="The alias, and a page of its moves, newest first; `links.next` is the next page.",
    responses=problem_responses(400, 404, 422, 503),
)
def get_alias(
    request: Request,
    cloud: CloudDep,
    model_name: ModelName,
    alias: AliasName,
    limit: Annotated[int, Query(ge=1, le=200, description="Maximum number of moves per page.")] = 50,
    cursor: Annotated[
        int | None,
        Query(ge=1, le=keys.MOST_MOVES, description="Start of the page; use `links.next` instead of setting it."),
    ] = None,
) -> Response:
    """Says who moved the alias, when, from which version, to which one, and why.

    An alias that was removed has no version, but still its moves. Moves by releases without a journal are not there.
    """
    history = alias_moves.load_history(cloud.artifacts, model_name, alias, limit=limit, before=cursor)
    return json_response(alias_view(history, model_name, links_from(request), limit=limit, cursor=cursor))


@router.put(
    "/models/{model_name}/aliases/{alias}",
    summary="Point an alias at a version",
    status_code=204,
    response_description="The alias points to this version.",
    responses=problem_responses(400, 404, 408, 409, 415, 422, 503),
    openapi_extra=json_body(AliasTarget, _EXAMPLES),
)
async def put_alias(request: Request, cloud: CloudDep, model_name: ModelName, alias: AliasName) -> Response:
    """Creates or moves the alias atomically. Requests that use it get either the old or the new version.

    With `if_better`, the alias moves only if `GET /models/{model_name}/compare` finds the version better than the one
    that the alias points to. Otherwise the answer is `409` with the comparison. A new alias has no such condition.
    """
    target = await read_json_as(request, AliasTarget, cloud.stage.limits)
    move = promotion.promote_if_better if target.if_better else alias_moves.move_alias
    await run_in_threadpool(
        move,
        cloud,
        keys.validate_model_name(model_name),
        alias,
        target.version,
        moved_by=name_of(request.state.principal),
        reason=target.reason,
    )
    return Response(status_code=204)


@router.delete(
    "/models/{model_name}/aliases/{alias}",
    summary="Remove an alias",
    status_code=204,
    response_description="The alias is removed; the version remains.",
    responses=problem_responses(400, 404, 409, 422, 503),
)
def delete_alias(
    request: Request,
    cloud: CloudDep,
    model_name: ModelName,
    alias: AliasName,
    reason: Annotated[
        str | None, Query(max_length=MOST_REASON_CHARS, description="Why, for the moves of the alias."), BLANK_AS_NONE
    ] = None,
) -> Response:
    """Requests that use this alias return `404` from now on. Its moves are kept."""
    alias_moves.remove_alias(cloud, model_name, alias, moved_by=name_of(request.state.principal), reason=reason)
    return Response(status_code=204)
