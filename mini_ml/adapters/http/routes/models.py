"""`/models`: the registry, its versions and their aliases."""

from itertools import islice
from typing import Annotated

from fastapi import Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from mini_ml import keys
from mini_ml.adapters.http.links import links_from
from mini_ml.adapters.http.openapi import json_body, problems
from mini_ml.adapters.http.routes.jobs import Redirect, see_other
from mini_ml.adapters.http.service import CloudOf, ContextOf, new_router
from mini_ml.adapters.http.shapes import AliasTarget, ManifestView, ModelPage, SchemaView, Url
from mini_ml.adapters.http.strict_json import read_shape
from mini_ml.adapters.http.views import answer, manifest_view, model_view, schema_view
from mini_ml.contracts import Manifest, ModelView
from mini_ml.ports import Cloud
from mini_ml.registry import aliases, versions
from mini_ml.registry.sealing import load_verified_manifest

router = new_router("Models")

ModelName = Annotated[
    str,
    Path(
        description="Name of a model.",
        openapi_examples={"default": {"value": "default"}},
        json_schema_extra={"pattern": keys.MODEL_NAME},
    ),
]
Version = Annotated[
    str,
    Path(
        description="A version number, an alias, or `latest`.",
        openapi_examples={"latest": {"value": "latest"}, "first": {"value": "1"}},
        json_schema_extra={"pattern": keys.VERSION},
    ),
]
AliasName = Annotated[
    str,
    Path(
        description="Begins with a lower-case letter; never `latest`.",
        openapi_examples={"champion": {"value": "champion"}},
        json_schema_extra={"pattern": keys.ALIAS, "not": {"const": keys.LATEST}},
    ),
]


@router.get(
    "/models",
    summary="List the models",
    response_model=ModelPage,
    response_description="A page of models by name; `links.next` leads to the next one.",
    responses=problems(400, 422, 503),
)
def list_models(
    request: Request,
    service: ContextOf,
    limit: Annotated[int, Query(ge=1, le=200, description="Most models on a page.")] = 50,
    cursor: Annotated[
        str | None,
        Query(
            description="Where a page begins; follow `links.next` instead.",
            json_schema_extra={"pattern": keys.MODEL_NAME},
        ),
    ] = None,
) -> Response:
    """Each with its newest version, the number of its versions, and its aliases."""
    after = keys.checked_model_name(cursor) if cursor is not None else ""
    store = service.cloud.artifacts
    rest = (name for name in versions.list_model_names(store) if name > after)
    names = list(islice(rest, limit + 1))
    link = links_from(request)
    links = {"self": link(f"/models?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))}
    if len(names) > limit:
        links["next"] = link(f"/models?limit={limit}&cursor={names[limit - 1]}")
    models = tuple(model_view(aliases.load_summary(store, name), link, scores=service.scores) for name in names[:limit])
    return answer(ModelPage(models=models, links=links))


@router.get(
    "/models/{model_name}",
    summary="Look at a model",
    response_model=ModelView,
    response_description="The model.",
    responses=problems(404, 422, 503),
)
def get_model(request: Request, service: ContextOf, model_name: ModelName) -> Response:
    """Which versions it has, which of them `latest` means, and where its aliases point."""
    model = aliases.load_summary(service.cloud.artifacts, model_name)
    return answer(model_view(model, links_from(request), scores=service.scores))


@router.get(
    "/models/{model_name}/versions/{version}",
    summary="Look at a model version",
    response_model=ManifestView,
    response_description="The manifest: data, schema, estimator, metrics, artifact.",
    responses=problems(404, 422, 503),
)
def get_version(request: Request, service: ContextOf, model_name: ModelName, version: Version) -> Response:
    """A version never changes once it is published; what an alias or `latest` means may."""
    manifest = _manifest(service.cloud, model_name, version)
    return answer(manifest_view(manifest, links_from(request), scores=service.scores))


@router.get(
    "/models/{model_name}/versions/{version}/schema",
    summary="See what a model version reads",
    response_model=SchemaView,
    response_description="The feature columns, the target and its labels.",
    responses=problems(404, 422, 503),
)
def get_schema(request: Request, cloud: CloudOf, model_name: ModelName, version: Version) -> Response:
    """The columns that rows must have to be scored, each with how it is read."""
    return answer(schema_view(_manifest(cloud, model_name, version), links_from(request)))


@router.get(
    "/models/{model_name}/versions/{version}/artifact",
    summary="Download a model version",
    response_model=Url,
    response_description="With `redirect=false`: the address.",
    responses={
        303: {"description": "The joblib file, to be downloaded without credentials."},
        **problems(404, 422, 503),
    },
)
def get_artifact(cloud: CloudOf, model_name: ModelName, version: Version, redirect: Redirect = True) -> Response:
    """Loading a joblib file runs code: load only files of platforms that you trust.

    Only what the platform's trainer sealed is handed out; compare the file with `artifact.sha256` of the version.
    """
    manifest = load_verified_manifest(cloud, model_name, aliases.resolve(cloud.artifacts, model_name, version))
    url = cloud.artifacts.presigned_get(
        manifest.artifact.key,
        version_id=manifest.artifact.version_id,
        filename=f"{manifest.model_name}-{manifest.version}.joblib",
        media_type="application/octet-stream",
        expires_seconds=cloud.stage.url_expiry_seconds,
    )
    return see_other(url, redirect=redirect)


def _manifest(cloud: Cloud, model_name: str, version: str) -> Manifest:
    number = aliases.resolve(cloud.artifacts, model_name, version)
    return versions.load_manifest(cloud.artifacts, model_name, number)


@router.put(
    "/models/{model_name}/aliases/{alias}",
    summary="Point an alias at a version",
    status_code=204,
    response_description="The alias names this version from now on.",
    responses=problems(400, 404, 408, 409, 415, 422, 503),
    openapi_extra=json_body(AliasTarget, {"first version": {"value": {"version": 1}}}),
)
async def put_alias(request: Request, cloud: CloudOf, model_name: ModelName, alias: AliasName) -> Response:
    """Makes the alias or moves it, atomically: who scores by it gets the old version or the new one."""
    target = await read_shape(request, AliasTarget, cloud.stage.limits)
    await run_in_threadpool(aliases.move_alias, cloud, keys.checked_model_name(model_name), alias, target.version)
    return Response(status_code=204)


@router.delete(
    "/models/{model_name}/aliases/{alias}",
    summary="Remove an alias",
    status_code=204,
    response_description="The alias is gone; the version stays.",
    responses=problems(404, 409, 422, 503),
)
def delete_alias(cloud: CloudOf, model_name: ModelName, alias: AliasName) -> Response:
    """Scoring by this alias is refused from now on."""
    aliases.remove_alias(cloud, keys.checked_model_name(model_name), alias)
    return Response(status_code=204)
