"""Methods of the client: one for each thing to do, each of which returns the response as a pydantic model."""

import io
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import httpx2
from pydantic import JsonValue

from mini_ml.client.answers import View, parse_view
from mini_ml.client.exceptions import RequestRejected
from mini_ml.client.fields import build_form_fields, build_inspect_fields, build_upload_request, has_output
from mini_ml.client.heads import read_head
from mini_ml.client.transport import DEFAULT_URL, FormFile, Transport
from mini_ml.contracts import (
    DriftPage,
    InspectAnswer,
    InspectOptions,
    JobPage,
    JobView,
    Kind,
    ManifestView,
    ModelPage,
    ModelView,
    PredictAnswer,
    PredictOptions,
    ReportView,
    ScoringAnswer,
    State,
    TrainOptions,
    UploadInvitation,
    Url,
)
from mini_ml.topology import Limits

_POLL_SECONDS: Final = 0.5

Watch = Callable[[JobView], None]
"""Called with a job while it is open, to show how far it is."""


class Client:
    """Client for one platform; use it as a context manager.

    All methods raise ClientFailure: RequestRejected if the server rejects the request, Unreachable if it does not
    answer.
    """

    last_answer: str = ""
    """JSON text of the model that a method returned last, as the server sent it: links are relative, and fields that
    this client does not know are there."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        credential: str | None = None,
        correlation_id: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        inline_bytes: int = Limits().inline_upload_bytes,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """Create a client.

        Args:
            url: base URL of the platform.
            credential: API key or token; it is sent to `url` only, never to S3.
            correlation_id: id of yours to send with every request, which the jobs and the log lines of the platform
                have too; None lets the platform choose one for each request.
            sleep: called between two polls of a job, with the pause in seconds.
            inline_bytes: larger files are uploaded through S3.
            transport: replaces the network in tests.

        Raises:
            ValueError: the correlation id is malformed.
        """
        self._transport = Transport(url, credential=credential, correlation_id=correlation_id, network=transport)
        self._sleep = sleep
        self._inline_bytes = inline_bytes

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    # ------------------------------------------------------------ inspect, train and predict

    def inspect(
        self,
        dataset: Path,
        *,
        target_column: str | None = None,
        columns_to_drop: Sequence[str] = (),
        time_column: str | None = None,
        group_column: str | None = None,
    ) -> InspectAnswer:
        """Look at a file before a training: how it, its columns and its target would be read.

        Args:
            dataset: CSV file; of one larger than the inline limit, only the first bytes are sent.
            target_column: column to predict; None means the last column.
            columns_to_drop: columns that the training would leave out.
            time_column: column that would order the rows.
            group_column: column whose equal values would be held out together.

        Raises:
            RequestRejected: the file cannot be read.
        """
        is_head = self._is_large(dataset)
        content = read_head(dataset, self._inline_bytes) if is_head else dataset.read_bytes()
        options = InspectOptions(
            target_column=target_column,
            columns_to_drop=tuple(columns_to_drop),
            time_column=time_column,
            group_column=group_column,
            is_head=is_head,
        )
        response = self._transport.post_form(
            self._transport.url("inspect"),
            build_inspect_fields(options),
            {"dataset_file": (dataset.name, io.BytesIO(content), "text/csv")},
        )
        return self._read(response, InspectAnswer)

    def train(
        self,
        dataset: Path,
        *,
        model_name: str = "default",
        options: TrainOptions | None = None,
        watch: Watch | None = None,
    ) -> JobView:
        """Train a model, wait for the job and return it.

        Args:
            dataset: CSV file; one larger than the inline limit is uploaded through S3.
            model_name: model to publish a new version of.
            options: only the fields that were set are sent; the server's defaults hold for the others.
            watch: called with the job each time it is read before it ends. The server then answers at once instead
                of waiting for the job, and the credential needs the scope `read`.

        Raises:
            RequestRejected: the server rejected the request, or the job failed.
        """
        if self._is_large(dataset):
            request = build_upload_request("train", dataset.name, model_name, options)
            return self._submit_through_s3(dataset, request, watch=watch)
        fields, prefer = build_form_fields(model_name, options), "respond-async" if watch else None
        response = self._post_file("train", "dataset_file", dataset, fields, prefer=prefer)
        return self.wait_for_job(self._read(response, JobView), watch=watch)

    def predict(
        self, rows: Path, *, model_name: str = "default", options: PredictOptions | None = None
    ) -> PredictAnswer | JobView:
        """Predict every row of a CSV; `download_result` downloads the rows with their predictions.

        Args:
            rows: CSV file; one larger than the inline limit is uploaded through S3.
            model_name: model to score with.
            options: only the fields that were set are sent. With `only_predictions` or `probabilities`, every file is
                uploaded through S3, because the form of `POST /predict` does not have these options.

        Returns:
            The predictions if the server answered with them, else the finished job.

        Raises:
            RequestRejected: the server rejected the request, or the job failed.
        """
        if self._is_large(rows) or has_output(options):
            return self._submit_through_s3(rows, build_upload_request("predict", rows.name, model_name, options))
        response = self._post_file("predict", "input_file", rows, build_form_fields(model_name, options))
        if response.status_code == httpx2.codes.ACCEPTED:
            return self.wait_for_job(self._read(response, JobView))
        return self._read(response, PredictAnswer)

    def invoke(
        self, model_name: str, rows: Sequence[Mapping[str, JsonValue]], *, version: str | None = None
    ) -> ScoringAnswer:
        """Score a few rows online, each a mapping from column to value."""
        at = ("versions", version) if version else ()
        url = self._transport.url("models", model_name, *at, "invocations")
        body: JsonValue = {"dataframe_records": [dict(row) for row in rows]}
        return self._read(self._transport.post_json(url, body), ScoringAnswer)

    # ------------------------------------------------------------ jobs and models

    def job(self, job_id: str) -> JobView:
        """Return a job."""
        return self._get(JobView, "jobs", job_id)

    def jobs(
        self,
        *,
        state: State | None = None,
        kind: Kind | None = None,
        model_name: str | None = None,
        upload_key: str | None = None,
        limit: int | None = None,
    ) -> JobPage:
        """Return the first page of jobs, newest first. None does not filter."""
        filters = {"state": state, "kind": kind, "model_name": model_name, "upload_key": upload_key, "limit": limit}
        given = {name: value for name, value in filters.items() if value is not None}
        return self._read(self._transport.get(self._transport.url("jobs"), given or None), JobPage)

    def models(self) -> ModelPage:
        """Return the first page of models, sorted by name."""
        return self._get(ModelPage, "models")

    def model(self, model_name: str) -> ModelView:
        """Return a model with its latest version and aliases."""
        return self._get(ModelView, "models", model_name)

    def model_version(self, model_name: str, version: str = "latest") -> ManifestView:
        """Return a version of a model: its dataset, estimators, leaderboard and metrics."""
        return self._get(ManifestView, "models", model_name, "versions", version)

    def report(self, model_name: str, version: str = "latest", *, language: str = "en") -> str:
        """Return the report of a version as an HTML page, in the language `en` or `pt-BR`."""
        url = self._transport.url("models", model_name, "versions", version, "report")
        return self._transport.get(url, {"lang": language}).text

    def report_figures(self, model_name: str, version: str = "latest") -> ReportView:
        """Return the figures of the report of a version, without cell values if the credential lacks `train`."""
        url = self._transport.url("models", model_name, "versions", version, "report")
        return self._read(self._transport.get(url, {"format": "json"}), ReportView)

    def drift(self, model_name: str, version: str = "latest", *, limit: int | None = None) -> DriftPage:
        """Return the first page of what the batches of a version say about their drift, newest first."""
        url = self._transport.url("models", model_name, "versions", version, "drift")
        return self._read(self._transport.get(url, None if limit is None else {"limit": limit}), DriftPage)

    def wait_for_job(self, job: JobView, *, watch: Watch | None = None) -> JobView:
        """Poll a job until it ends, and return it.

        Args:
            job: the job, as it was last read.
            watch: called with the job each time it was read and has not ended.

        Raises:
            RequestRejected: the job failed.
        """
        while job.state not in ("succeeded", "failed"):
            if watch is not None:
                watch(job)
            self._sleep(_POLL_SECONDS)
            job = self.follow(job.links["self"], JobView)
        if job.error is not None:
            raise RequestRejected(job.error, correlation_id=job.correlation_id)
        return job

    def follow(self, link: str, view: type[View]) -> View:
        """Fetch what a link points to: `follow(page.links["next"], JobPage)`."""
        return self._read(self._transport.get(link), view)

    def download_result(self, prediction: PredictAnswer | JobView, target: BinaryIO) -> None:
        """Download the CSV of a batch prediction into `target`."""
        response = self._transport.get(f"{prediction.links['result']}?redirect=false")
        for chunk in self._transport.stream(parse_view(response, Url).url):
            target.write(chunk)

    # ------------------------------------------------------------ helpers

    def _is_large(self, file: Path) -> bool:
        return file.stat().st_size > self._inline_bytes

    def _submit_through_s3(self, file: Path, request: dict[str, JsonValue], *, watch: Watch | None = None) -> JobView:
        """Request a presigned upload form, post the file to S3 with it, and wait for the job."""
        response = self._transport.post_json(self._transport.url("uploads"), request)
        invitation = parse_view(response, UploadInvitation)
        with file.open("rb") as content:
            self._transport.post_form(invitation.url, invitation.fields, {"file": (file.name, content)})
        return self.wait_for_job(self.job(invitation.job_id), watch=watch)

    def _post_file(
        self, path: str, field: str, file: Path, fields: Mapping[str, str], *, prefer: str | None = None
    ) -> httpx2.Response:
        with file.open("rb") as content:
            files: dict[str, FormFile] = {field: (file.name, content, "text/csv")}
            return self._transport.post_form(self._transport.url(path), fields, files, prefer=prefer)

    def _get(self, view: type[View], *segments: str) -> View:
        return self._read(self._transport.get(self._transport.url(*segments)), view)

    def _read(self, response: httpx2.Response, view: type[View]) -> View:
        found = parse_view(response, view)
        self.last_answer = response.text
        return found
