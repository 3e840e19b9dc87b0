"""`/` and `/model-types`: status of the platform and the model types that it trains."""

import asyncio

from fastapi import Request
from starlette.responses import JSONResponse, Response

from functions.api.service_status import BackendService
from mini_ml import catalogue
from mini_ml.adapters.http.answering.links import links_from
from mini_ml.adapters.http.answering.views import json_response
from mini_ml.adapters.http.schemas import Status
from mini_ml.adapters.http.service import new_router

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
    summary="Start page with the status of the services",
    response_model=Status,
    response_description="A greeting, the status of the trainer and of the predict service, and links.",
)
async def status(request: Request) -> Response:
    """Each service is `healthy`, `unreachable`, or has the HTTP status of its health check."""
    backends: list[BackendService] = [request.app.state.trainer, request.app.state.predict]
    trainer, predict = await asyncio.gather(*(backend.status() for backend in backends))
    link = links_from(request)
    return json_response(
        Status(
            message="Mini-ML-Platform: upload a CSV and get a trained, versioned, served model.",
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
    """Lists the values for `model_type` and `model_params` of `/train`; `excluded` says why estimators are missing."""
    return JSONResponse(catalogue.model_types())
