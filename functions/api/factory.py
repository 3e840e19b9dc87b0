"""Create the api's application for a cloud, real or in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from functions.api import routes_inspection, routes_reports, routes_scoring, routes_status, routes_uploads
from functions.api.service_status import BackendService, QueueBackedService
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.http.factory import new_app
from mini_ml.adapters.http.routes import drift, jobs, models, predict, status, train
from mini_ml.adapters.http.service import Service
from mini_ml.adapters.http.waiting import Waiter
from mini_ml.contracts import Kind
from mini_ml.ports import Cloud

if TYPE_CHECKING:
    from httpx2 import AsyncBaseTransport

_DESCRIPTION = """
Upload a CSV and get a trained, versioned, served model.

1. `POST /train` with `samples/iris.csv` and `target_column` `variety` trains a model and publishes it.
2. `POST /predict` with `samples/iris_predict.csv` predicts every row of a file.
3. `POST /models/default/invocations` scores rows at once.

Every error is a problem document (RFC 9457) that lists all issues by column, line or parameter.
Links are relative to the URL of the request.
"""


def create_app(
    cloud: Cloud,
    *,
    authenticator: Authenticator | None,
    trainer_url: str | None = None,
    predict_url: str | None = None,
    transport: "AsyncBaseTransport | None" = None,
) -> FastAPI:
    """Create the api's application.

    Args:
        cloud: the ports.
        authenticator: authenticates requests; None turns authentication off.
        trainer_url: URL of the trainer; None if only its queue is reachable.
        predict_url: URL of the predict service; None if only its queue is reachable.
        transport: replaces the network to the other services in tests.
    """
    trainer = _build_backend(cloud, "train", trainer_url, transport)
    predict_service = _build_backend(cloud, "predict", predict_url, transport)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await trainer.close()
        await predict_service.close()

    return new_app(
        authenticator=authenticator,
        metrics=cloud.metrics,
        title="Mini-ML-Platform",
        description=_DESCRIPTION,
        routers=[
            train.router,
            predict.router,
            routes_uploads.router,
            routes_inspection.router,
            routes_scoring.router,
            jobs.router,
            models.router,
            routes_reports.router,
            drift.router,
            routes_status.router,
            status.health_router,
            status.metrics_router,
        ],
        state={
            "service": Service(cloud=cloud, waiter=Waiter(cloud), reports=True),
            "trainer": trainer,
            "predict": predict_service,
        },
        lifespan=lifespan,
    )


def _build_backend(cloud: Cloud, kind: Kind, url: str | None, transport: "AsyncBaseTransport | None") -> BackendService:
    if url is None:
        return QueueBackedService(cloud.queues[kind])
    from functions.api.remote_service import RemoteService  # slow import, not needed behind a gateway

    return RemoteService(url, timeout_seconds=cloud.stage.predict_timeout_seconds, transport=transport)
