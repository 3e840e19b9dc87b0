"""Create the trainer's application for a cloud, real or in memory."""

from collections.abc import Callable
from os import cpu_count
from pathlib import Path

from fastapi import FastAPI

from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.http.factory import new_app
from mini_ml.adapters.http.routes import aliases, drift, jobs, models, status, train
from mini_ml.adapters.http.service import Service
from mini_ml.adapters.http.waiting import Waiter
from mini_ml.adapters.http.worker import SerialWorker
from mini_ml.adapters.scratch import remove_abandoned, scratch_folder
from mini_ml.contracts import Upload
from mini_ml.ports import Cloud
from mini_ml.workflows.train import train_upload

_DESCRIPTION = """
Trains models. `POST /train` starts the training directly, without waiting for the S3 event. The complete API is on the
port of the api service.
"""


def build_trainer(cloud: Cloud, workdir: Path, threads: int | None = None) -> Callable[[Upload], None]:
    """Return a function that trains on one upload, in a temporary folder.

    The folders of attempts that were killed are removed here, and before every training.

    Args:
        cloud: the ports.
        workdir: parent of the temporary folder.
        threads: number of trees of a forest to grow in parallel; None means the number of CPUs.
    """
    at_once = threads or cpu_count() or 1
    remove_abandoned(workdir)

    def train_one(upload: Upload) -> None:
        remove_abandoned(workdir)
        with scratch_folder(workdir) as folder:
            train_upload(cloud, upload, workdir=folder, threads=at_once)

    return train_one


def create_app(
    cloud: Cloud, *, authenticator: Authenticator | None, workdir: Path, threads: int | None = None
) -> FastAPI:
    """Create the trainer's application."""
    worker = SerialWorker(build_trainer(cloud, workdir, threads))
    return new_app(
        authenticator=authenticator,
        metrics=cloud.metrics,
        title="Mini-ML-Platform: trainer",
        description=_DESCRIPTION,
        routers=[
            train.router,
            jobs.router,
            models.router,
            aliases.router,
            drift.router,
            status.welcome_router("The trainer of Mini-ML-Platform."),
            status.health_router,
            status.metrics_router,
        ],
        state={"service": Service(cloud=cloud, waiter=Waiter(cloud), start_job=worker.start, scores=False)},
    )
