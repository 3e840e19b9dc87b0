"""The three services on an in-memory cloud, with a stand-in for the pollers."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI
from starlette.testclient import TestClient

import functions.api.factory
import functions.predict.factory
import functions.trainer.factory
from mini_ml import keys
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from mini_ml.contracts import FileReport, Kind, Upload
from mini_ml.jobs import store
from mini_ml.ml.records.bad_rows import BadRow, write_rejects
from mini_ml.workflows.model_cache import ModelCache

SAMPLES = Path(__file__).parents[2] / "samples"
IRIS_ROW = {"sepal.length": 5.1, "sepal.width": 3.5, "petal.length": 1.4, "petal.width": 0.2}


@dataclass(frozen=True, kw_only=True, repr=False)
class Services:
    """The platform in one process."""

    cloud: MemoryCloud
    apps: Mapping[str, FastAPI]
    api: TestClient
    trainer: TestClient
    predict: TestClient
    handlers: Mapping[Kind, Callable[[Upload], None]]

    def client(self, name: str) -> TestClient:
        """Return the client of a service."""
        client = getattr(self, name)
        assert isinstance(client, TestClient)
        return client

    def deliver(self) -> None:
        """Hand every waiting message to its function, as the pollers would."""
        for kind, handle in self.handlers.items():
            messages = self.cloud.queues[kind].messages
            while messages:
                handle(messages.pop(0))

    @contextmanager
    def polling(self) -> Iterator[None]:
        """Deliver in the background while the block runs."""
        done = threading.Event()

        def poll() -> None:
            while not done.wait(0.005):
                self.deliver()

        thread = threading.Thread(target=poll)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


@contextmanager
def services_over(
    cloud: MemoryCloud, workdir: Path, *, authenticator: Authenticator | None = None
) -> Iterator[Services]:
    """Open the three services; the api reaches the predict service without a network."""
    model_cache = ModelCache(cloud, workdir=workdir)
    predict = functions.predict.factory.create_app(cloud, model_cache, authenticator=authenticator)
    trainer = functions.trainer.factory.create_app(cloud, authenticator=authenticator, workdir=workdir)
    api = functions.api.factory.create_app(
        cloud,
        authenticator=authenticator,
        predict_url="http://predict.test/",
        transport=httpx2.ASGITransport(app=predict),
    )
    apps = {"api": api, "trainer": trainer, "predict": predict}
    with ExitStack() as stack:
        clients = {
            name: stack.enter_context(TestClient(app, raise_server_exceptions=False, follow_redirects=False))
            for name, app in apps.items()
        }
        handlers: dict[Kind, Callable[[Upload], None]] = {
            "train": functions.trainer.factory.build_trainer(cloud, workdir),
            "predict": functions.predict.factory.build_scorer(cloud, model_cache, 2),
        }
        yield Services(cloud=cloud, apps=apps, handlers=handlers, **clients)


@contextmanager
def services_in(workdir: Path) -> Iterator[Services]:
    """Open the three services over an empty cloud."""
    with services_over(memory_cloud(), workdir) as services:
        yield services


def sample(name: str) -> bytes:
    """Return a file of samples/."""
    return (SAMPLES / name).read_bytes()


def train(client: TestClient, **fields: str) -> httpx2.Response:
    """Train on iris through the form."""
    fields_sent = {"target_column": "variety", "model_type": "LogisticRegression", **fields}
    prefer = {"Prefer": fields_sent.pop("prefer")} if "prefer" in fields_sent else {}
    file = {"dataset_file": ("iris.csv", sample("iris.csv"), "text/csv")}
    return client.post("/train", files=file, data=fields_sent, headers=prefer)


def predict(client: TestClient, **fields: str) -> httpx2.Response:
    """Predict the iris sample through the form."""
    prefer = {"Prefer": fields.pop("prefer")} if "prefer" in fields else {}
    file = {"input_file": ("iris_predict.csv", sample("iris_predict.csv"), "text/csv")}
    return client.post("/predict", files=file, data=fields, headers=prefer)


def add_rejects(cloud: MemoryCloud, job_id: str) -> str:
    """Store a list of bad rows for a job that succeeded, as its worker would have, and return its key."""
    record = store.load(cloud, job_id)
    job = record.job
    assert job.result is not None
    at = (str(job.model_name), job.result.version, job_id, keys.REJECTS)
    key = keys.artifact(at[0], job_id, job.attempt, keys.REJECTS) if job.kind == "train" else keys.prediction(*at)
    cloud.artifacts.put_new(key, write_rejects([BadRow(line=3, reason="6 cells, but the header has 5")]))
    result = job.result.model_copy(update={"rejects_key": key, "rejects_uri": f"s3://{cloud.artifacts.bucket}/{key}"})
    store.write(cloud, record, job.model_copy(update={"result": result, "file": FileReport(bad_rows=1)}))
    return key


def problem(response: httpx2.Response) -> dict[str, Any]:
    """Return the problem document of a response, after checking its format."""
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert isinstance(document, dict)
    assert {"type", "title", "status", "detail", "code", "errors"} <= set(document)
    assert document["status"] == response.status_code
    return document


def faulty(response: httpx2.Response) -> dict[str, str]:
    """Return the reasons of a problem by their parameter, column or line."""
    errors = problem(response)["errors"]
    return {str(one.get("parameter") or one.get("column") or one.get("line")): one["reason"] for one in errors}
