"""Online scoring without a gateway: the api forwards requests to the predict service."""

from fastapi import Request
from starlette.responses import Response

from functions.api.forwarding import forward_to_predict
from mini_ml import keys
from mini_ml.adapters.http.openapi.scoring import MEDIA_TYPES, NEWEST_PATH, SCORING, VERSION_PATH, Probabilities
from mini_ml.adapters.http.reading.bodies import read_online_body, require_media_type
from mini_ml.adapters.http.routes.models import ModelName, Version
from mini_ml.adapters.http.service import CloudDep, new_router
from mini_ml.ports import Cloud

router = new_router("Online scoring")


@router.post(NEWEST_PATH, summary="Score rows with the newest version", **SCORING)
async def score_newest(
    request: Request, cloud: CloudDep, model_name: ModelName, probabilities: Probabilities = False
) -> Response:
    """Takes rows as JSON in MLflow's four forms, or as CSV with a header line, and answers at once."""
    path = f"/models/{keys.validate_model_name(model_name)}/invocations"
    return await _forward(request, cloud, path, probabilities)


@router.post(VERSION_PATH, summary="Score rows with one version", **SCORING)
async def score_version(
    request: Request,
    cloud: CloudDep,
    model_name: ModelName,
    version: Version,
    probabilities: Probabilities = False,
) -> Response:
    """Takes rows as JSON in MLflow's four forms, or as CSV with a header line, and answers at once."""
    name, wanted = keys.validate_model_name(model_name), keys.validate_version(version)
    return await _forward(request, cloud, f"/models/{name}/versions/{wanted}/invocations", probabilities)


async def _forward(request: Request, cloud: Cloud, path: str, probabilities: bool) -> Response:
    media_type = require_media_type(request, MEDIA_TYPES)
    body = await read_online_body(request, cloud.stage.limits)
    query = {"probabilities": "true"} if probabilities else {}
    return await forward_to_predict(request, path, body=body, content_type=media_type, query=query)
