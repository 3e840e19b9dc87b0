"""Online scoring routes."""

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from functions.predict.quick import QuickRoute
from mini_ml import log_context
from mini_ml.adapters.http.openapi.scoring import MEDIA_TYPES, NEWEST_PATH, SCORING, VERSION_PATH, Probabilities
from mini_ml.adapters.http.reading.bodies import read_online_body, require_media_type
from mini_ml.adapters.http.routes.models import ModelName, Version
from mini_ml.adapters.http.service import new_router
from mini_ml.keys import LATEST
from mini_ml.ports import Cloud
from mini_ml.workflows.model_cache import ModelCache
from mini_ml.workflows.online_predict import score_body

router = new_router("Online scoring")
router.route_class = QuickRoute


@router.post(NEWEST_PATH, summary="Score rows with the newest version", **SCORING)
async def score_newest(request: Request, model_name: ModelName, probabilities: Probabilities = False) -> Response:
    """Takes rows as JSON in MLflow's four forms, or as CSV with a header line, and answers at once."""
    return await _answer(request, model_name, LATEST, probabilities)


@router.post(VERSION_PATH, summary="Score rows with one version", **SCORING)
async def score_version(
    request: Request, model_name: ModelName, version: Version, probabilities: Probabilities = False
) -> Response:
    """Takes rows as JSON in MLflow's four forms, or as CSV with a header line, and answers at once."""
    return await _answer(request, model_name, version, probabilities)


async def _answer(request: Request, model_name: str, version: str, probabilities: bool) -> Response:
    model_cache: ModelCache = request.app.state.model_cache
    cloud: Cloud = request.app.state.service.cloud
    limits = cloud.stage.limits
    media_type = require_media_type(request, MEDIA_TYPES)
    body = await read_online_body(request, limits)

    def work() -> bytes:
        loaded = model_cache.model(model_name, version)
        log_context.add(model_name=loaded.manifest.model_name, model_version=loaded.manifest.version)
        return score_body(loaded, body, media_type, probabilities=probabilities, limits=limits, metrics=cloud.metrics)

    return Response(await run_in_threadpool(work), media_type="application/json")
