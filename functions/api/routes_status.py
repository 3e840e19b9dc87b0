"""`/` and `/model-types`: what the platform is, how its parts are, and which models it trains."""

import asyncio

from fastapi import Request
from starlette.responses import JSONResponse, Response

from functions.api.service_status import Neighbour
from mini_ml import catalogue
from mini_ml.adapters.http.links import links_from
from mini_ml.adapters.http.service import new_router
from mini_ml.adapters.http.shapes import Status
from mini_ml.adapters.http.views import answer

router = new_router("Status")

_PATHS = {
    "docs": "/docs",
    "health": "/health",
    "jobs": "/jobs",
    "models": "/models",
    "model_types": "/model-types",
}


@router.get(
    "/",
    summary="What this is, and whether its parts answer",
    response_model=Status,
    response_description="A greeting, the state of the trainer and of the predict service, and links.",
)
async def status(request: Request) -> Response:
    """Each part is `healthy`, `unreachable`, or says what its health check answered."""
    neighbours: list[Neighbour] = [request.app.state.trainer, request.app.state.predict]
    trainer, predict = await asyncio.gather(*(neighbour.status() for neighbour in neighbours))
    link = links_from(request)
    return answer(
        Status(
            message="Mini-ML-Platform: hand over a CSV, get a trained, versioned, served model.",
            trainer_status=trainer,
            predict_status=predict,
            links={name: link(path) for name, path in _PATHS.items()},
        )
    )


@router.get(
    "/model-types",
    summary="List the model types and their parameters",
    response_description="Each model type with its task, and each parameter with its type, range and default.",
    tags=["Train and predict"],
)
def model_types() -> Response:
    """What `model_type` and `model_params` of `/train` may be; `excluded` says why some estimators are not offered."""
    return JSONResponse(catalogue.model_types())
