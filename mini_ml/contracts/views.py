"""What the HTTP API answers: views of jobs, models and versions with their links, and predictions."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urljoin

from pydantic import AfterValidator, ValidationInfo

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.data_warnings import ColumnReport, DataWarning
from mini_ml.contracts.drift import BatchDrift
from mini_ml.contracts.file_report import FileReport
from mini_ml.contracts.jobs import PredictResult, Progress, TrainResult
from mini_ml.contracts.metrics import Metrics
from mini_ml.contracts.models import Candidate, Manifest, Schema
from mini_ml.contracts.options import PredictOptions, TrainOptions
from mini_ml.contracts.problems import Problem
from mini_ml.contracts.profile import Profile
from mini_ml.contracts.vocabulary import Kind, Label, State


def _resolve_links(links: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    """Make the links absolute if the reader passes the URL of the response as context; else leave them relative."""
    if not isinstance(info.context, str):
        return links
    return {name: urljoin(info.context, link) for name, link in links.items()}


Links = Annotated[dict[str, str], AfterValidator(_resolve_links)]
"""URLs by name. The server writes them relative to the request; a client reads them as absolute URLs."""


class JobView(FrozenModel):
    """A job as returned over HTTP."""

    job_id: str
    correlation_id: str | None = None
    """Id of the request or upload that created the job, which its log lines have; None for jobs of earlier releases."""
    kind: Kind
    state: State
    model_name: str | None
    version: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempt: int
    options: TrainOptions | PredictOptions
    progress: Progress
    metrics: Metrics | None
    result: TrainResult | PredictResult | None
    file: FileReport | None = None
    """How the file was read; None while the job is open, and for jobs of releases that did not say it."""
    warnings: tuple[DataWarning, ...] = ()
    """What was decided about the data that an analyst would want to know."""
    columns: tuple[ColumnReport, ...] = ()
    """Train: what was decided about each column of the file, in its order."""
    candidates: tuple[Candidate, ...] = ()
    """Train: the leaderboard of `auto`, best first; empty while the job is open, and for a named model type."""
    error: Problem | None
    links: Links


class JobPage(FrozenModel):
    """A page of jobs, newest first. `links.next` exists if there are more."""

    jobs: tuple[JobView, ...]
    links: Links


class ModelView(FrozenModel):
    """A model as returned over HTTP."""

    model_name: str
    latest: int | None
    versions: int
    aliases: dict[str, int]
    links: Links


class ModelPage(FrozenModel):
    """A page of models, sorted by name. `links.next` exists if there are more."""

    models: tuple[ModelView, ...]
    links: Links


class ManifestView(Manifest):
    """A model version as returned over HTTP."""

    links: Links


class BatchDriftView(BatchDrift):
    """The drift of one batch as returned over HTTP."""

    links: Links


class DriftPage(FrozenModel):
    """The drift of the batches of a model version, newest first. `links.next` exists if there are more."""

    model_name: str
    version: int
    batches: tuple[BatchDriftView, ...]
    links: Links


class SchemaView(Schema):
    """The schema of a model version as returned over HTTP."""

    links: Links


class ReportView(FrozenModel):
    """The figures of the report of a model version as returned over HTTP."""

    model_name: str
    version: int
    values: bool
    """Whether cell values are shown; otherwise categories are numbered, and actual values are left out."""
    profile: Profile | None
    """None for models of releases without reports."""
    links: Links


class PredictAnswer(FrozenModel):
    """Predictions of `POST /predict`, in the order of the rows."""

    predictions: tuple[Label | None, ...] | None
    """None if they are too large for a response; `links.result` downloads them. A row that could not be read, and was
    kept, has None as its prediction."""
    truncated: bool = False
    file: FileReport | None = None
    """How the file was read."""
    warnings: tuple[DataWarning, ...] = ()
    """What was decided about the rows that an analyst would want to know."""
    model_name: str
    version: int
    job_id: str
    links: Links


class ScoringAnswer(FrozenModel):
    """Predictions of online scoring, in the order of the rows."""

    predictions: tuple[Label, ...]
    probabilities: tuple[dict[str, float], ...] | None = None
    """One mapping from label to probability per row, if requested."""
    warnings: tuple[DataWarning, ...] = ()
    """What was decided about the rows that an analyst would want to know; absent if there is nothing to say."""
    model_name: str
    version: int


class UploadInvitation(FrozenModel):
    """An upload form: send `fields`, then `file`, to `url` as multipart/form-data."""

    job_id: str
    url: str
    fields: dict[str, str]
    key: str
    max_bytes: int
    expires_at: datetime
    links: Links


class Url(FrozenModel):
    """A URL that downloads a file without credentials, for a limited time."""

    url: str
