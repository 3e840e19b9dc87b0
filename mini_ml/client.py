"""Python client for the platform: a thin wrapper over the HTTP API that follows the links in its responses.

ClientFailure
├── RequestRejected    the server answered with a problem document
└── Unreachable        the server did not answer
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import quote, urlencode, urljoin, urlsplit

import httpx2

from mini_ml.topology import Limits

DEFAULT_URL: Final = "http://localhost:8000"
_TIMEOUT: Final = httpx2.Timeout(40.0, connect=5.0)
"""Longer than the 29 s after which the gateway ends a request; `Prefer: wait` can hold one open that long."""
_DIRECT: Final = ("all://localhost", "all://127.0.0.1", "all://[::1]")
"""Loopback addresses, requested directly: a company proxy cannot reach them."""
_FINISHED: Final = frozenset({"succeeded", "failed"})


class ClientFailure(Exception):
    """Base class of the client's errors; the message is a sentence to show to the user."""


class RequestRejected(ClientFailure):
    """The server rejected the request; `problem` holds the details (RFC 9457)."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or "The server rejected the request."))
        self.problem = problem


class Unreachable(ClientFailure):
    """The server could not be reached, or did not answer in time."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A JSON response and the URL it came from, which its relative links are resolved against."""

    url: str
    body: dict[str, Any]

    def link(self, name: str) -> str:
        """Return the absolute URL of the link `name`."""
        return urljoin(self.url, str(self.body["links"][name]))


class Client:
    """Client for one platform; use it as a context manager."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        credential: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        inline_bytes: int = Limits().inline_upload_bytes,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """Create a client.

        Args:
            url: base URL of the platform.
            credential: API key or token; it is sent to `url` only, never to S3.
            sleep: called between two polls of a job, with the pause in seconds.
            inline_bytes: larger files are uploaded through S3.
            transport: replaces the network in tests.
        """
        self._base = url.rstrip("/") + "/"
        self._credential = credential
        self._http = httpx2.Client(timeout=_TIMEOUT, transport=transport, mounts=dict.fromkeys(_DIRECT))
        self._sleep = sleep
        self._inline_bytes = inline_bytes

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    # ------------------------------------------------------------ train and predict

    def train(
        self, dataset: Path, *, model_name: str = "default", options: Mapping[str, Any] | None = None
    ) -> Document:
        """Train a model, wait for the job and return it.

        Args:
            dataset: CSV file; one larger than the inline limit is uploaded through S3.
            model_name: model to publish a new version of.
            options: `target_column`, `model_type`, `model_params` (a mapping), `columns_to_drop` (names).

        Raises:
            RequestRejected: the server rejected the request, or the job failed.
        """
        options = dict(options or {})
        if dataset.stat().st_size > self._inline_bytes:
            return self._submit_through_s3(dataset, {"kind": "train", "model_name": model_name, "options": options})
        fields = {"model_name": model_name, **{name: _encode_field(value) for name, value in options.items()}}
        return self.wait_for_job(self._post_file("train", "dataset_file", dataset, fields))

    def predict(
        self,
        rows: Path,
        *,
        model_name: str = "default",
        version: str = "latest",
        columns_to_drop: Iterable[str] = (),
    ) -> Document:
        """Score a CSV and return the predictions, or the finished job.

        Args:
            rows: CSV file; one larger than the inline limit is uploaded through S3.
            model_name: model to score with.
            version: a number, an alias or `latest`.
            columns_to_drop: columns to remove before scoring.

        Returns:
            The response of `POST /predict` if it holds the predictions, else the finished job.

        Raises:
            RequestRejected: the server rejected the request, or the job failed.
        """
        drop = list(columns_to_drop)
        if rows.stat().st_size > self._inline_bytes:
            request = {"kind": "predict", "model_name": model_name, "version": version}
            return self._submit_through_s3(rows, {**request, "options": {"columns_to_drop": drop}})
        fields = {"model_name": model_name, "version": version, "columns_to_drop": json.dumps(drop)}
        answer = self._post_file("predict", "input_file", rows, fields)
        return answer if "predictions" in answer.body else self.wait_for_job(answer)

    def invoke(self, model_name: str, rows: list[dict[str, Any]], *, version: str | None = None) -> Document:
        """Score a few rows online. Raises RequestRejected."""
        at = f"/versions/{quote(version, safe='')}" if version else ""
        path = f"models/{quote(model_name, safe='')}{at}/invocations"
        return self._parse_document(self._call("POST", self._url(path), json={"dataframe_records": rows}))

    # ------------------------------------------------------------ jobs and models

    def job(self, job_id: str) -> Document:
        """Return a job. Raises RequestRejected."""
        return self._get(f"jobs/{quote(job_id, safe='')}")

    def jobs(self, **filters: str | int | None) -> Document:
        """Return one page of jobs, newest first, filtered as by `GET /jobs`. Raises RequestRejected."""
        query = urlencode({name: value for name, value in filters.items() if value is not None})
        return self._get(f"jobs?{query}" if query else "jobs")

    def models(self) -> Document:
        """Return all models. Raises RequestRejected."""
        return self._get("models")

    def model(self, model_name: str) -> Document:
        """Return a model with its latest version and aliases. Raises RequestRejected."""
        return self._get(f"models/{quote(model_name, safe='')}")

    def wait_for_job(self, job: Document) -> Document:
        """Poll a job until it ends, and return it. Raises RequestRejected if it failed."""
        while job.body["state"] not in _FINISHED:
            self._sleep(0.5)
            job = self.follow(job, "self")
        if job.body["state"] == "failed":
            raise RequestRejected(job.body["error"])
        return job

    def follow(self, document: Document, link: str) -> Document:
        """Fetch the document that a link points to. Raises RequestRejected."""
        return self._parse_document(self._call("GET", document.link(link)))

    def download_result(self, document: Document, target: BinaryIO) -> None:
        """Download the CSV of a batch prediction into `target`. Raises RequestRejected."""
        address = self._parse_document(self._call("GET", f"{document.link('result')}?redirect=false"))
        for chunk in self._stream(address.body["url"]):
            target.write(chunk)

    # ------------------------------------------------------------ one request

    def _submit_through_s3(self, file: Path, request: Mapping[str, Any]) -> Document:
        """Request a presigned upload form, post the file to S3 with it, and wait for the job."""
        body = {**request, "filename": file.name}
        upload = self._parse_document(self._call("POST", self._url("uploads"), json=body))
        with file.open("rb") as content:
            form = {"data": upload.body["fields"], "files": {"file": (file.name, content)}}
            self._call("POST", upload.body["url"], **form)
        return self.wait_for_job(self.job(upload.body["job_id"]))

    def _post_file(self, path: str, field: str, file: Path, fields: Mapping[str, str]) -> Document:
        with file.open("rb") as content:
            files = {field: (file.name, content, "text/csv")}
            return self._parse_document(self._call("POST", self._url(path), data=dict(fields), files=files))

    def _get(self, path: str) -> Document:
        return self._parse_document(self._call("GET", self._url(path)))

    def _url(self, path: str) -> str:
        return self._base + path

    def _call(self, method: str, url: str, **content: Any) -> httpx2.Response:
        try:
            response = self._http.request(method, url, headers=self._headers(url), **content)
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise _build_unreachable(url, error) from error
        if response.is_error:
            raise RequestRejected(_parse_problem(response))
        return response

    def _headers(self, url: str) -> dict[str, str]:
        """Return the credential header for the platform's own URLs; links to other hosts get none."""
        if self._credential is None or _origin(url) != _origin(self._base):
            return {}
        return {"Authorization": f"Bearer {self._credential}"}

    def _stream(self, url: str) -> Iterator[bytes]:
        try:
            with self._http.stream("GET", url) as response:
                if response.is_error:
                    response.read()
                    raise RequestRejected(_parse_problem(response))
                yield from response.iter_bytes()
        except httpx2.TransportError as error:
            raise _build_unreachable(url, error) from error

    def _parse_document(self, response: httpx2.Response) -> Document:
        try:
            return Document(url=str(response.url), body=response.json())
        except ValueError as error:
            raise ClientFailure(f"{response.url} did not answer with JSON. Is this the URL of the platform?") from error


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _encode_field(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _parse_problem(response: httpx2.Response) -> dict[str, Any]:
    """Return the problem document of a response, or build one if S3 or a proxy sent something else."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and "title" in body:
        return body
    detail = f"{response.request.url.copy_with(query=None)} answered {response.status_code} {response.reason_phrase}."
    return {
        "title": "Request rejected",
        "status": response.status_code,
        "detail": detail,
        "code": "refused",
        "errors": [],
    }


def _build_unreachable(url: str, error: Exception) -> Unreachable:
    return Unreachable(
        f"No response from {url} ({type(error).__name__}). Is the platform running? `mini-ml up` starts it."
    )
