"""Routes below `/models`: models and their versions."""

from typing import Annotated

from fastapi import Path, Query, Request
from starlette.responses import Response

from mini_ml import keys
from mini_ml.adapters.http.answering.links import links_from, page_links
from mini_ml.adapters.http.answering.views import json_response, manifest_view, model_view, schema_view
from mini_ml.adapters.http.openapi.document import problem_responses
from mini_ml.adapters.http.routes.jobs import Redirect, see_other
from mini_ml.adapters.http.service import CloudDep, ServiceDep, new_router
from mini_ml.contracts import Manifest, ManifestView, ModelPage, ModelView, SchemaView, Url
from mini_ml.ports import Cloud
from mini_ml.registry import aliases, versions
from mini_ml.registry.sealing import load_verified_manifest
from mini_ml.registry.summaries import list_summaries, load_summary

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


@router.get(
    "/models",
    summary="List the models",
    response_model=ModelPage,
    response_description="A page of models, sorted by name; `links.next` is the next page.",
    responses=problem_responses(400, 422, 503),
)
def list_models(
    request: Request,
    service: ServiceDep,
    limit: Annotated[int, Query(ge=1, le=200, description="Maximum number of models per page.")] = 50,
    cursor: Annotated[
        str | None,
        Query(
            description="Start of the page; use `links.next` instead of setting it.",
            json_schema_extra={"pattern": keys.MODEL_NAME},
        ),
    ] = None,
) -> Response:
    """Lists each model with its latest version, number of versions and aliases.

    A page can have fewer models than `limit`, or none, although there is a next page: names without a version take up
    places too.
    """
    after = keys.validate_model_name(cursor) if cursor is not None else None
    page = list_summaries(service.cloud.artifacts, limit=limit, after=after)
    link = links_from(request)
    links = page_links(link, "/models", {"limit": limit}, cursor=cursor, following=page.cursor)
    models = tuple(model_view(model, link, scores=service.scores) for model in page.models)
    return json_response(ModelPage(models=models, links=links))


@router.get(
    "/models/{model_name}",
    summary="Get a model",
    response_model=ModelView,
    response_description="The model.",
    responses=problem_responses(404, 422, 503),
)
def get_model(request: Request, service: ServiceDep, model_name: ModelName) -> Response:
    """Returns the latest version, the number of versions, and the aliases with their versions."""
    model = load_summary(service.cloud.artifacts, model_name)
    return json_response(model_view(model, links_from(request), scores=service.scores))


@router.get(
    "/models/{model_name}/versions/{version}",
    summary="Get a model version",
    response_model=ManifestView,
    response_description="The manifest: dataset, schema, estimator, metrics and artifact.",
    responses=problem_responses(404, 422, 503),
)
def get_version(request: Request, service: ServiceDep, model_name: ModelName, version: Version) -> Response:
    """A published version never changes, but `latest` and aliases can move to other versions."""
    manifest = _manifest(service.cloud, model_name, version)
    return json_response(manifest_view(manifest, links_from(request), scores=service.scores, reports=service.reports))


@router.get(
    "/models/{model_name}/versions/{version}/schema",
    summary="Get the schema of a model version",
    response_model=SchemaView,
    response_description="The feature columns, the target and its labels.",
    responses=problem_responses(404, 422, 503),
)
def get_schema(request: Request, cloud: CloudDep, model_name: ModelName, version: Version) -> Response:
    """Returns the columns that rows need for scoring, with their kinds."""
    return json_response(schema_view(_manifest(cloud, model_name, version), links_from(request)))


@router.get(
    "/models/{model_name}/versions/{version}/artifact",
    summary="Download a model version",
    response_model=Url,
    response_description="With `redirect=false`: the URL.",
    responses={
        303: {"description": "Download URL of the joblib file, valid without credentials."},
        **problem_responses(404, 422, 503),
    },
)
def get_artifact(cloud: CloudDep, model_name: ModelName, version: Version, redirect: Redirect = True) -> Response:
    """Loading a joblib file runs code, so load only files from platforms that you trust.

    The platform verifies the seal of the version before it returns the URL. Compare the file with `artifact.sha256`
    of the version.
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
