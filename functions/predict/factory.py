"""Create the predict service's application for a cloud, real or in memory."""

from collections.abc import Callable
from functools import partial
from os import cpu_count

from anyio import CapacityLimiter
from fastapi import FastAPI

from functions.predict import routes_inspection, routes_scoring
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.http.factory import new_app
from mini_ml.adapters.http.routes import aliases, drift, jobs, models, predict, status
from mini_ml.adapters.http.service import Service
from mini_ml.adapters.http.waiting import Waiter
from mini_ml.adapters.http.worker import SerialWorker
from mini_ml.contracts import Upload
from mini_ml.ports import Cloud
from mini_ml.workflows.batch_predict import score_upload
from mini_ml.workflows.model_cache import ModelCache

_DESCRIPTION = """
Scores rows with `/models/{model_name}/invocations` and files with `POST /predict`, which starts the scoring directly,
without waiting for the S3 event. `POST /inspect` looks at a file before a training. The complete API is on the port of
the api service.
"""


def build_scorer(cloud: Cloud, model_cache: ModelCache, threads: int | None) -> Callable[[Upload], None]:
    """Return a function that scores one upload with a number of threads; None means the number of CPUs."""
    return partial(score_upload, cloud, model_cache, threads=threads or cpu_count() or 1)


def create_app(
    cloud: Cloud, model_cache: ModelCache, *, authenticator: Authenticator | None, threads: int | None = None
) -> FastAPI:
    """Create the predict service's application."""
    worker = SerialWorker(build_scorer(cloud, model_cache, threads))
    return new_app(
        authenticator=authenticator,
        metrics=cloud.metrics,
        title="Mini-ML-Platform: predict",
        description=_DESCRIPTION,
        routers=[
            routes_scoring.router,
            routes_inspection.router,
            predict.router,
            jobs.router,
            models.router,
            aliases.router,
            drift.router,
            status.welcome_router("The predict service of Mini-ML-Platform."),
            status.health_router,
            status.metrics_router,
        ],
        state={
            "service": Service(cloud=cloud, waiter=Waiter(cloud), start_job=worker.start),
            "model_cache": model_cache,
            "inspections": CapacityLimiter(routes_inspection.AT_ONCE),
        },
    )
