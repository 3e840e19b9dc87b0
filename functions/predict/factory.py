"""Makes the predict service's application out of a cloud: the real one, or one in memory."""

from collections.abc import Callable
from functools import partial
from os import cpu_count

from fastapi import FastAPI

from functions.predict import routes_scoring
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.http.factory import new_app
from mini_ml.adapters.http.routes import jobs, models, predict, status
from mini_ml.adapters.http.service import Service
from mini_ml.adapters.http.waiting import Waiter
from mini_ml.adapters.http.worker import OneAtATime
from mini_ml.contracts import Upload
from mini_ml.ports import Cloud
from mini_ml.workflows.batch import score_upload
from mini_ml.workflows.model_cache import ModelCache

_DESCRIPTION = """
Scores rows: online through `/models/{model_name}/invocations`, whole files through `POST /predict`, which works
directly here, without waiting for the upload's event. The whole API is on the api's own port.
"""


def scorer_of(cloud: Cloud, model_cache: ModelCache, threads: int | None) -> Callable[[Upload], None]:
    """Return what scores one upload, so many parts of it at once, or as many as there are CPUs."""
    return partial(score_upload, cloud, model_cache, threads=threads or cpu_count() or 1)


def create_app(
    cloud: Cloud, model_cache: ModelCache, *, authenticator: Authenticator | None, threads: int | None = None
) -> FastAPI:
    """Return the predict service's application."""
    worker = OneAtATime(scorer_of(cloud, model_cache, threads))
    return new_app(
        authenticator=authenticator,
        title="Mini-ML-Platform: predict",
        description=_DESCRIPTION,
        routers=[
            routes_scoring.router,
            predict.router,
            jobs.router,
            models.router,
            status.welcome_router("The predict service of Mini-ML-Platform."),
            status.health_router,
        ],
        state={"service": Service(cloud=cloud, waiter=Waiter(cloud), work_on=worker.start), "model_cache": model_cache},
    )
