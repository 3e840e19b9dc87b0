"""Makes the trainer's application out of a cloud: the real one, or one in memory."""

from collections.abc import Callable
from os import cpu_count
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import FastAPI

from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.http.factory import new_app
from mini_ml.adapters.http.routes import jobs, models, status, train
from mini_ml.adapters.http.service import Service
from mini_ml.adapters.http.waiting import Waiter
from mini_ml.adapters.http.worker import OneAtATime
from mini_ml.contracts import Upload
from mini_ml.ports import Cloud
from mini_ml.workflows.train import train_upload

_DESCRIPTION = """
Trains models. `POST /train` works directly, without waiting for the upload's event; the event that arrives as well
finds the job taken. The whole API is on the api's own port.
"""


def trainer_of(cloud: Cloud, workdir: Path, threads: int | None = None) -> Callable[[Upload], None]:
    """Return what trains on one upload, in a folder of its own below `workdir` that is gone afterwards.

    Args:
        cloud: the ports.
        workdir: where the folder is made.
        threads: trees of a forest that are grown at once; None: as many as there are CPUs.
    """
    at_once = threads or cpu_count() or 1

    def train_one(upload: Upload) -> None:
        with TemporaryDirectory(dir=workdir, prefix="train-") as folder:
            train_upload(cloud, upload, workdir=Path(folder), threads=at_once)

    return train_one


def create_app(
    cloud: Cloud, *, authenticator: Authenticator | None, workdir: Path, threads: int | None = None
) -> FastAPI:
    """Return the trainer's application."""
    worker = OneAtATime(trainer_of(cloud, workdir, threads))
    return new_app(
        authenticator=authenticator,
        title="Mini-ML-Platform: trainer",
        description=_DESCRIPTION,
        routers=[
            train.router,
            jobs.router,
            models.router,
            status.welcome_router("The trainer of Mini-ML-Platform."),
            status.health_router,
        ],
        state={"service": Service(cloud=cloud, waiter=Waiter(cloud), work_on=worker.start, scores=False)},
    )
