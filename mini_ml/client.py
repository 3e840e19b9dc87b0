"""A Python client of the platform: thin, over HTTP, and following the links that answers carry.

ClientFailure
├── Refused        the platform answered with a problem document
└── Unreachable    it did not answer
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
"""A request may be held open for as long as `Prefer: wait` says, and the gateway's 29 s."""
_DIRECT: Final = ("all://localhost", "all://127.0.0.1", "all://[::1]")
"""Addresses of this machine, which the proxy of a company network cannot reach."""
_FINISHED: Final = frozenset({"succeeded", "failed"})


class ClientFailure(Exception):
    """Base; the message is a sentence."""


class Refused(ClientFailure):
    """The platform said no; `problem` says why (RFC 9457)."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or "The request was refused."))
        self.problem = problem


class Unreachable(ClientFailure):
    """Nobody answered at the address."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A JSON answer and the address it came from, so that its relative links can be followed."""

    url: str
    body: dict[str, Any]

    def link(self, name: str) -> str:
        """Return the absolute address of a link."""
        return urljoin(self.url, str(self.body["links"][name]))


class Client:
    """Talks to one platform; use it as a context manager."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        credential: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        inline_bytes: int = Limits().inline_upload_bytes,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """Take the platform's address, and an API key or a token where it asks for one; S3 never gets to see it."""
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
        """Train a model and return the finished job.

        Args:
            dataset: the CSV; one past the inline limit goes straight to S3.
            model_name: the model of which a version will be published.
            options: `target_column`, `model_type`, `model_params` (a mapping), `columns_to_drop` (names).

        Raises:
            Refused: before or after the training started.
        """
        options = dict(options or {})
        if dataset.stat().st_size > self._inline_bytes:
            return self._through_s3(dataset, {"kind": "train", "model_name": model_name, "options": options})
        fields = {"model_name": model_name, **{name: _as_field(value) for name, value in options.items()}}
        return self.finished(self._post_file("train", "dataset_file", dataset, fields))

    def predict(
        self,
        rows: Path,
        *,
        model_name: str = "default",
        version: str = "latest",
        columns_to_drop: Iterable[str] = (),
    ) -> Document:
        """Score a CSV and return the answer of `POST /predict`, or the finished job if the file went through S3.

        Raises Refused.
        """
        drop = list(columns_to_drop)
        if rows.stat().st_size > self._inline_bytes:
            request = {"kind": "predict", "model_name": model_name, "version": version}
            return self._through_s3(rows, {**request, "options": {"columns_to_drop": drop}})
        fields = {"model_name": model_name, "version": version, "columns_to_drop": json.dumps(drop)}
        answer = self._post_file("predict", "input_file", rows, fields)
        return answer if "predictions" in answer.body else self.finished(answer)

    def invoke(self, model_name: str, rows: list[dict[str, Any]], *, version: str | None = None) -> Document:
        """Score a few rows online. Raises Refused."""
        at = f"/versions/{quote(version, safe='')}" if version else ""
        path = f"models/{quote(model_name, safe='')}{at}/invocations"
        return self._document(self._call("POST", self._url(path), json={"dataframe_records": rows}))

    # ------------------------------------------------------------ jobs and models

    def job(self, job_id: str) -> Document:
        """Return a job. Raises Refused."""
        return self._get(f"jobs/{quote(job_id, safe='')}")

    def jobs(self, **filters: str | int | None) -> Document:
        """Return a page of jobs, newest first; filters are those of `GET /jobs`. Raises Refused."""
        query = urlencode({name: value for name, value in filters.items() if value is not None})
        return self._get(f"jobs?{query}" if query else "jobs")

    def models(self) -> Document:
        """Return the models. Raises Refused."""
        return self._get("models")

    def model(self, model_name: str) -> Document:
        """Return a model with its latest version and aliases. Raises Refused."""
        return self._get(f"models/{quote(model_name, safe='')}")

    def finished(self, job: Document) -> Document:
        """Wait until a job has ended, and return it. Raises Refused when it failed."""
        while job.body["state"] not in _FINISHED:
            self._sleep(0.5)
            job = self.follow(job, "self")
        if job.body["state"] == "failed":
            raise Refused(job.body["error"])
        return job

    def follow(self, document: Document, link: str) -> Document:
        """Return what a link of a document leads to. Raises Refused."""
        return self._document(self._call("GET", document.link(link)))

    def download_result(self, document: Document, target: BinaryIO) -> None:
        """Write the CSV that a batch prediction made into `target`. Raises Refused."""
        address = self._document(self._call("GET", f"{document.link('result')}?redirect=false"))
        for chunk in self._stream(address.body["url"]):
            target.write(chunk)

    # ------------------------------------------------------------ one request

    def _through_s3(self, file: Path, request: Mapping[str, Any]) -> Document:
        """Announce the file, post it to S3 with the form that comes back, and wait for its job."""
        announced = {**request, "filename": file.name}
        invitation = self._document(self._call("POST", self._url("uploads"), json=announced))
        with file.open("rb") as content:
            form = {"data": invitation.body["fields"], "files": {"file": (file.name, content)}}
            self._call("POST", invitation.body["url"], **form)
        return self.finished(self.job(invitation.body["job_id"]))

    def _post_file(self, path: str, field: str, file: Path, fields: Mapping[str, str]) -> Document:
        with file.open("rb") as content:
            files = {field: (file.name, content, "text/csv")}
            return self._document(self._call("POST", self._url(path), data=dict(fields), files=files))

    def _get(self, path: str) -> Document:
        return self._document(self._call("GET", self._url(path)))

    def _url(self, path: str) -> str:
        return self._base + path

    def _call(self, method: str, url: str, **content: Any) -> httpx2.Response:
        try:
            response = self._http.request(method, url, headers=self._headers(url), **content)
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise _unreachable(url, error) from error
        if response.is_error:
            raise Refused(_problem(response))
        return response

    def _headers(self, url: str) -> dict[str, str]:
        """Return what tells the platform who asks; nobody else is told, wherever a link may lead."""
        if self._credential is None or _origin(url) != _origin(self._base):
            return {}
        return {"Authorization": f"Bearer {self._credential}"}

    def _stream(self, url: str) -> Iterator[bytes]:
        try:
            with self._http.stream("GET", url) as response:
                if response.is_error:
                    response.read()
                    raise Refused(_problem(response))
                yield from response.iter_bytes()
        except httpx2.TransportError as error:
            raise _unreachable(url, error) from error

    def _document(self, response: httpx2.Response) -> Document:
        try:
            return Document(url=str(response.url), body=response.json())
        except ValueError as error:
            raise ClientFailure(f"{response.url} answered something other than JSON; is it the platform?") from error


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _as_field(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _problem(response: httpx2.Response) -> dict[str, Any]:
    """Return the problem document of an answer; one is made where S3 or a proxy answered something else."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and "title" in body:
        return body
    detail = f"{response.request.url.copy_with(query=None)} answered {response.status_code} {response.reason_phrase}."
    return {"title": "Refused", "status": response.status_code, "detail": detail, "code": "refused", "errors": []}


def _unreachable(url: str, error: Exception) -> Unreachable:
    return Unreachable(f"Nothing answers at {url} ({type(error).__name__}). Is the platform running (mini-ml up)?")
