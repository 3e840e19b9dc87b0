"""`mini-ml demo`: the whole story in one command, in a folder of its own, next to whatever already runs."""

import csv
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mini_ml import keys
from mini_ml.client import Client, Document
from mini_ml.local import interrupts, samples
from mini_ml.local.embedded import Addresses, running
from mini_ml.local.failures import StoryFailed
from mini_ml.local.listening import free_ports
from mini_ml.local.processes import local_account
from mini_ml.local.settings import LocalSettings
from mini_ml.topology import LOCAL_NAMES

_WIDTH: Final = 80
_LABEL: Final = 11
_MODEL: Final = "iris"
_PATIENCE_SECONDS: Final = 60.0


@dataclass
class _Story:
    """What has happened so far, as printed."""

    number: int = 0

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Print what the block does and the seconds it takes."""
        self.number += 1
        started = time.monotonic()
        yield
        seconds = f"{time.monotonic() - started:.2f} s"
        print(f" {self.number}  {what:<{_WIDTH - 4 - len(seconds)}}{seconds}", flush=True)


def demo() -> None:
    """Tell the story. Raises LocalFailure, ClientFailure; whatever was started is stopped."""
    interrupts.listen()
    dataset, rows = samples.path("iris.csv"), samples.path("iris_predict.csv")
    print("Mini-ML-Platform: from a CSV to a served, versioned model\n", flush=True)
    story = _Story()
    with tempfile.TemporaryDirectory(prefix="mini-ml-demo-") as folder, ExitStack() as cloud:
        with story.step("start the embedded cloud: S3, SQS, API Gateway, three functions"):
            addresses = cloud.enter_context(running(_settings(Path(folder)), report=print))
        summary = _tell(story, addresses, dataset, rows)
        with story.step("stop it"):
            cloud.close()
    print("\n".join(["", *summary, "", "Keep it running with: mini-ml up (or: make up)"]), flush=True)


def _settings(folder: Path) -> LocalSettings:
    api, trainer, predict, emulator = free_ports(4)
    return LocalSettings(
        state_dir=folder,
        api_port=api,
        trainer_port=trainer,
        predict_port=predict,
        emulator_port=emulator,
        auth="off",  # on loopback, for seconds, whatever is said of the platform that stays
    )


def _tell(story: _Story, addresses: Addresses, dataset: Path, rows: Path) -> list[str]:
    with Client(addresses.services["api"]) as client:
        with story.step("POST /train with samples/iris.csv: a random forest learns `variety`"):
            options = {"target_column": "variety", "model_type": "RandomForestClassifier"}
            trained = client.train(dataset, model_name=_MODEL, options=options)
        with story.step("POST /predict with samples/iris_predict.csv"):
            predicted = client.predict(rows, model_name=_MODEL).body["predictions"]
        with story.step(f"s3 cp samples/iris_predict.csv s3://{LOCAL_NAMES.uploads_bucket}/predict/{_MODEL}/"):
            scored = _score_through_s3(client, addresses, rows)
        with story.step(f"POST /models/{_MODEL}/invocations: one row, online"):
            online = client.invoke(_MODEL, [_first_row(rows)]).body["predictions"]
    if online != predicted[:1]:
        raise StoryFailed(f"Online and batch scoring disagree on the first row: {online} and {predicted[:1]}.")
    return _summary(trained.body, predicted, scored.body)


def _score_through_s3(client: Client, addresses: Addresses, rows: Path) -> Document:
    """Upload as `aws s3 cp` would, and wait for the job that the upload becomes."""
    key = keys.upload("predict", _MODEL, rows.name)
    s3 = local_account(addresses.endpoint_url).s3
    s3.put_object(Bucket=LOCAL_NAMES.uploads_bucket, Key=key, Body=rows.read_bytes())
    end = time.monotonic() + _PATIENCE_SECONDS
    while not (found := client.jobs(kind="predict", upload_key=key).body["jobs"]):
        if time.monotonic() > end:
            raise StoryFailed(f"The upload {key} did not become a job; see the logs in {addresses.logs}.")
        time.sleep(0.05)
    return client.finished(client.job(found[0]["job_id"]))


def _first_row(rows: Path) -> dict[str, Any]:
    """Return the first row as JSON values: numbers as numbers, the rest as text."""
    with rows.open(newline="", encoding="utf-8") as file:
        row = next(csv.DictReader(file))
    return {name: _number_or_text(value) for name, value in row.items()}


def _number_or_text(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _summary(trained: dict[str, Any], predicted: Sequence[str], scored: dict[str, Any]) -> list[str]:
    figures = [f"{name} {value:.3f}" for name, value in trained["metrics"].items() if isinstance(value, float)]
    five = [predicted[place * (len(predicted) - 1) // 4] for place in range(5)]
    job = f"s3://{LOCAL_NAMES.artifacts_bucket}/{keys.job(trained['job_id'])}"
    return [
        *_entry("metrics", ", ".join(figures)),
        *_entry("predicted", ", ".join(map(str, five)) + f" (5 of {len(predicted)} rows)"),
        *_entry("model", trained["result"]["model_uri"]),
        *_entry("output", scored["result"]["output_uri"]),
        *_entry("job", job),
    ]


def _entry(name: str, text: str) -> list[str]:
    """Return a labelled text as lines that fit, broken at spaces, or in an address at slashes."""
    pieces = re.findall(r"[^ /]*[ /]*", text)
    lines = [""]
    for piece in pieces:
        if len(lines[-1]) + len(piece.rstrip()) > _WIDTH - _LABEL:
            lines.append("")
        lines[-1] += piece
    return [f"{name if number == 0 else '':<{_LABEL}}{line.rstrip()}" for number, line in enumerate(lines)]
