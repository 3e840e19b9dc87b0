"""`mini-ml demo`: train and predict over HTTP and S3 on a temporary local platform with its own ports and folder."""

import csv
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mini_ml import keys
from mini_ml.client import Client
from mini_ml.contracts import JobView, Label, PredictAnswer, PredictResult, TrainOptions, TrainResult
from mini_ml.local import interrupts, samples
from mini_ml.local.embedded import Addresses, run_platform
from mini_ml.local.failures import DemoFailed
from mini_ml.local.listening import free_ports
from mini_ml.local.processes import local_account
from mini_ml.local.settings import LocalSettings
from mini_ml.topology import LOCAL_NAMES

_WIDTH: Final = 80
_LABEL: Final = 11
_MODEL: Final = "iris"
_TIMEOUT_SECONDS: Final = 60.0


@dataclass
class _Progress:
    """Prints the steps of the demo, numbered."""

    number: int = 0

    @contextmanager
    def step(self, description: str) -> Iterator[None]:
        """Print a line with the description and the duration of the block."""
        self.number += 1
        started = time.monotonic()
        yield
        seconds = f"{time.monotonic() - started:.2f} s"
        print(f" {self.number}  {description:<{_WIDTH - 4 - len(seconds)}}{seconds}", flush=True)


def demo() -> None:
    """Run the demo; every process it starts is stopped at the end.

    Raises:
        LocalFailure: the platform cannot start, or a step gave a wrong result.
        ClientFailure: the platform rejected a request or cannot be reached.
    """
    interrupts.install_handlers()
    dataset, rows = samples.path("iris.csv"), samples.path("iris_predict.csv")
    print("Mini-ML-Platform: from a CSV to a served, versioned model\n", flush=True)
    progress = _Progress()
    with tempfile.TemporaryDirectory(prefix="mini-ml-demo-") as folder, ExitStack() as cloud:
        with progress.step("start the platform: S3, SQS, API Gateway, three services"):
            addresses = cloud.enter_context(run_platform(_build_settings(Path(folder)), report=print))
        summary = _run_steps(progress, addresses, dataset, rows)
        with progress.step("stop the platform"):
            cloud.close()
    print("\n".join(["", *summary, "", "To keep a platform running, use: mini-ml up (or: make up)"]), flush=True)


def _build_settings(folder: Path) -> LocalSettings:
    api, trainer, predict, emulator = free_ports(4)
    return LocalSettings(
        state_dir=folder,
        api_port=api,
        trainer_port=trainer,
        predict_port=predict,
        emulator_port=emulator,
        auth="off",  # the demo listens on loopback for a few seconds, so it ignores MINI_ML_AUTH
    )


def _run_steps(progress: _Progress, addresses: Addresses, dataset: Path, rows: Path) -> list[str]:
    with Client(addresses.services["api"]) as client:
        with progress.step("POST /train with samples/iris.csv: train a random forest on `variety`"):
            options = TrainOptions(target_column="variety", model_type="RandomForestClassifier")
            trained = client.train(dataset, model_name=_MODEL, options=options)
        with progress.step("POST /predict with samples/iris_predict.csv"):
            predicted = _predict(client, rows)
        with progress.step(f"s3 cp samples/iris_predict.csv s3://{LOCAL_NAMES.uploads_bucket}/predict/{_MODEL}/"):
            scored = _score_through_s3(client, addresses, rows)
        with progress.step(f"POST /models/{_MODEL}/invocations: one row, online"):
            online = client.invoke(_MODEL, [_read_first_row(rows)]).predictions
    if online != predicted[:1]:
        raise DemoFailed(f"Online and batch predictions differ on the first row: {online} and {predicted[:1]}.")
    return _build_summary(trained, predicted, scored)


def _predict(client: Client, rows: Path) -> tuple[Label | None, ...]:
    """Return the predictions that the response of `POST /predict` holds."""
    answer = client.predict(rows, model_name=_MODEL)
    if not isinstance(answer, PredictAnswer) or answer.predictions is None:
        raise DemoFailed(f"The response of POST /predict has no predictions; its job is {answer.job_id}.")
    return answer.predictions


def _score_through_s3(client: Client, addresses: Addresses, rows: Path) -> JobView:
    """Upload the rows as `aws s3 cp` does, and wait for the job that S3's event starts."""
    key = keys.upload("predict", _MODEL, rows.name)
    s3 = local_account(addresses.endpoint_url).s3
    s3.put_object(Bucket=LOCAL_NAMES.uploads_bucket, Key=key, Body=rows.read_bytes())
    end = time.monotonic() + _TIMEOUT_SECONDS
    while not (found := client.jobs(kind="predict", upload_key=key).jobs):
        if time.monotonic() > end:
            raise DemoFailed(
                f"No job was started for the upload {key} within {_TIMEOUT_SECONDS:.0f} s. "
                f"See the logs in {addresses.logs}."
            )
        time.sleep(0.05)
    return client.wait_for_job(found[0])


def _read_first_row(rows: Path) -> dict[str, float | str]:
    """Return the first row as JSON values: numbers as numbers, all other cells as text."""
    with rows.open(newline="", encoding="utf-8") as file:
        row = next(csv.DictReader(file))
    return {name: _parse_cell(value) for name, value in row.items()}


def _parse_cell(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _build_summary(trained: JobView, predicted: Sequence[Label | None], scored: JobView) -> list[str]:
    assert isinstance(trained.result, TrainResult)
    assert isinstance(scored.result, PredictResult)
    figures = [f"{name} {value:.3f}" for name, value in trained.metrics or () if isinstance(value, float)]
    five = [predicted[place * (len(predicted) - 1) // 4] for place in range(5)]
    job = f"s3://{LOCAL_NAMES.artifacts_bucket}/{keys.job(trained.job_id)}"
    return [
        *_format_entry("metrics", ", ".join(figures)),
        *_format_entry("predicted", ", ".join(map(str, five)) + f" (5 of {len(predicted)} rows)"),
        *_format_entry("model", trained.result.model_uri),
        *_format_entry("output", scored.result.output_uri),
        *_format_entry("job", job),
    ]


def _format_entry(name: str, text: str) -> list[str]:
    """Return a labelled text, wrapped at spaces, and at slashes in URLs."""
    pieces = re.findall(r"[^ /]*[ /]*", text)
    lines = [""]
    for piece in pieces:
        if len(lines[-1]) + len(piece.rstrip()) > _WIDTH - _LABEL:
            lines.append("")
        lines[-1] += piece
    return [f"{name if number == 0 else '':<{_LABEL}}{line.rstrip()}" for number, line in enumerate(lines)]
