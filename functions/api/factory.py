"""Makes the api's application out of a cloud: the real one, or one in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from functions.api import routes_scoring, routes_status, routes_uploads
from functions.api.service_status import BehindQueue, Neighbour
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.http.factory import new_app
from mini_ml.adapters.http.routes import jobs, models, predict, status, train
from mini_ml.adapters.http.service import Service
from mini_ml.adapters.http.waiting import Waiter
from mini_ml.contracts import Kind
from mini_ml.ports import Cloud

if TYPE_CHECKING:
    from httpx2 import AsyncBaseTransport

_DESCRIPTION = """
Hand over a CSV, get a trained, versioned, served model.

1. `POST /train` with `samples/iris.csv` and `target_column` `variety` trains a model and publishes it.
2. `POST /predict` with `samples/iris_predict.csv` predicts every row of a file.
3. `POST /models/default/invocations` scores rows at once.

Every refusal is a problem document (RFC 9457) that lists all that is wrong, by column, line or parameter.
Links are relative to the address that you asked.
"""


def create_app(
    cloud: Cloud,
    *,
    authenticator: Authenticator | None,
    trainer_url: str | None = None,
    predict_url: str | None = None,
    transport: "AsyncBaseTransport | None" = None,
) -> FastAPI:
    """Return the api behind a authenticator; `transport` stands in for the network to its neighbours in tests."""
    trainer = _neighbour(cloud, "train", trainer_url, transport)
    predict_service = _neighbour(cloud, "predict", predict_url, transport)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await trainer.close()
        await predict_service.close()

    return new_app(
        authenticator=authenticator,
        title="Mini-ML-Platform",
        description=_DESCRIPTION,
        routers=[
            train.router,
            predict.router,
            routes_uploads.router,
            routes_scoring.router,
            jobs.router,
            models.router,
            routes_status.router,
            status.health_router,
        ],
        state={"service": Service(cloud=cloud, waiter=Waiter(cloud)), "trainer": trainer, "predict": predict_service},
        lifespan=lifespan,
    )


def _neighbour(cloud: Cloud, kind: Kind, url: str | None, transport: "AsyncBaseTransport | None") -> Neighbour:
    if url is None:
        return BehindQueue(cloud.queues[kind])
    from functions.api.remote_service import (
        RemoteService,
    )  # loads the HTTP client, of which a function behind a gateway has no use

    return RemoteService(url, timeout_seconds=cloud.stage.predict_timeout_seconds, transport=transport)
