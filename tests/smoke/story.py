"""The steps of `make demo` on a deployed stack: train and predict by HTTP and S3, score a row online, download."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Final

from mini_ml import keys
from mini_ml.contracts import ClassificationMetrics, JobView, TrainOptions
from tests.docs.pages import ROOT
from tests.fixtures.waiting import eventually
from tests.smoke.site import Site, require

MODEL: Final = "smoke"
_TIMEOUT_SECONDS: Final = 300.0
_IRIS: Final = ROOT / "samples" / "iris.csv"
_ROWS: Final = ROOT / "samples" / "iris_predict.csv"
_ROW: Final = {"sepal.length": 5.1, "sepal.width": 3.5, "petal.length": 1.4, "petal.width": 0.2}


def train_by_http(site: Site) -> None:
    """Train through the API, and check the metrics."""
    with site.api() as api:
        job = api.train(_IRIS, model_name=MODEL, options=TrainOptions(target_column="variety"))
    metrics = job.metrics
    accuracy = metrics.accuracy if isinstance(metrics, ClassificationMetrics) else None
    require(accuracy is not None and accuracy > 0.8, f"The accuracy is not above 0.8: {metrics}.")


def predict_by_http(site: Site) -> None:
    """Predict a file through the API."""
    with site.api() as api:
        answer = api.predict(_ROWS, model_name=MODEL)
    require(
        bool(answer.result if isinstance(answer, JobView) else answer.predictions),
        "POST /predict returned neither predictions nor a result.",
    )


def train_by_s3(site: Site) -> None:
    """Train with an S3 upload and its options as metadata."""
    job = _run_upload(site, keys.upload("train", MODEL, _IRIS.name), {"target-column": "variety"})
    require(job.state == "succeeded", f"The training of the upload failed: {job.error}.")


def predict_by_s3(site: Site) -> None:
    """Predict with an S3 upload, and download the result from its presigned URL."""
    job = _run_upload(site, keys.upload("predict", MODEL, _ROWS.name), {})
    result = BytesIO()
    with site.api() as api:
        api.download_result(job, result)
    lines = result.getvalue().decode().splitlines()
    require(lines[0].endswith("prediction"), f"The result has no column with predictions: {lines[0]}.")
    require(
        len(lines) == len(_ROWS.read_text().splitlines()), "The result and the upload differ in their number of rows."
    )


def score_a_row(site: Site) -> None:
    """Score one row online."""
    with site.api() as api:
        predictions = api.invoke(MODEL, [_ROW]).predictions
    require(predictions == ("Setosa",), f"The predictions of the row are {predictions}; expected Setosa.")


STORY: Final[Mapping[str, Callable[[Site], None]]] = {
    "POST /train with samples/iris.csv": train_by_http,
    "POST /predict with samples/iris_predict.csv": predict_by_http,
    "s3 cp samples/iris.csv to train/smoke/": train_by_s3,
    "s3 cp samples/iris_predict.csv to predict/smoke/": predict_by_s3,
    "POST /models/smoke/invocations: one row, online": score_a_row,
}


def _run_upload(site: Site, key: str, metadata: dict[str, str]) -> JobView:
    """Upload a sample as `aws s3 cp` does, wait for its job and return it."""
    body = (_IRIS if key.startswith("train/") else _ROWS).read_bytes()
    version = site.aws("s3").put_object(Bucket=site.uploads_bucket, Key=key, Body=body, Metadata=metadata)["VersionId"]
    job_id = keys.job_id_of_upload(site.uploads_bucket, key, version)
    with site.api() as api:

        def find_ended_job() -> JobView | None:
            jobs = api.jobs(upload_key=key).jobs
            return next((job for job in jobs if job.job_id == job_id and job.finished_at), None)

        message = (
            f"The job of the upload {key} did not end within {_TIMEOUT_SECONDS:.0f} s. See the log of its function."
        )
        return eventually(find_ended_job, message, timeout_seconds=_TIMEOUT_SECONDS, pause_seconds=0.5)
