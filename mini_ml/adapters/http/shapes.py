"""What HTTP takes and answers beyond jobs and manifests."""

from datetime import datetime

from pydantic import Field, JsonValue, field_validator

from mini_ml import keys
from mini_ml.adapters.http.patterns import or_empty
from mini_ml.contracts import JobView, Kind, Label, Manifest, ModelView, Schema, Shape


class Status(Shape):
    """The front page of the api: what it is, and whether its neighbours answer."""

    message: str
    trainer_status: str
    predict_status: str
    links: dict[str, str]


class Welcome(Shape):
    """The front page of the trainer and of the predict service."""

    message: str
    links: dict[str, str]


class Health(Shape):
    """That this process answers."""

    status: str


class JobPage(Shape):
    """Jobs, newest first; `links.next` is there when there are more."""

    jobs: tuple[JobView, ...]
    links: dict[str, str]


class ModelPage(Shape):
    """Models by name; `links.next` is there when there are more."""

    models: tuple[ModelView, ...]
    links: dict[str, str]


class ManifestView(Manifest):
    """A model version as HTTP answers it."""

    links: dict[str, str]


class SchemaView(Schema):
    """What a model version reads, as HTTP answers it."""

    links: dict[str, str]


class PredictAnswer(Shape):
    """The predictions of `POST /predict`, in the order of the rows."""

    predictions: tuple[Label, ...] | None
    """None when they are too large for an answer; then `links.result` leads to them."""
    truncated: bool = False
    model_name: str
    version: int
    job_id: str
    links: dict[str, str]


class ScoringAnswer(Shape):
    """What online scoring answers, in the order of the rows."""

    predictions: tuple[Label, ...]
    probabilities: tuple[dict[str, float], ...] | None = None
    """One mapping from label to probability per row, when asked for."""
    model_name: str
    version: int


class Url(Shape):
    """Where something can be downloaded from for a while, without credentials."""

    url: str


class UploadOptions(Shape):
    """What the job of an upload may be told, as by the form of `/train` or the metadata of a bare upload."""

    target_column: str | None = None
    model_type: str | None = None
    model_params: dict[str, JsonValue] | None = None
    columns_to_drop: tuple[str, ...] | None = None
    output: str | None = None
    """For predictions: `rows`, `predictions`, `probabilities`, or some of them with commas."""


class UploadRequest(Shape):
    """An announcement of a file that will be posted to S3."""

    kind: Kind
    filename: str = Field(min_length=1, max_length=1024)
    model_name: str = Field(default=keys.DEFAULT_MODEL, json_schema_extra={"pattern": keys.MODEL_NAME})
    version: str | None = Field(
        default=None, coerce_numbers_to_str=True, json_schema_extra={"pattern": or_empty(keys.VERSION)}
    )
    """For predictions: a number, an alias or `latest`."""
    options: UploadOptions = UploadOptions()


class UploadInvitation(Shape):
    """A form that takes the file: post `fields`, then `file`, to `url` as multipart/form-data."""

    job_id: str
    url: str
    fields: dict[str, str]
    key: str
    max_bytes: int
    expires_at: datetime
    links: dict[str, str]


class AliasTarget(Shape):
    """The version that an alias shall name."""

    version: int = Field(ge=1, le=999_999, strict=True)

    @field_validator("version", mode="before")
    @classmethod
    def _whole(cls, version: object) -> object:
        """JSON knows one kind of number: 2.0 is as good as 2."""
        return int(version) if isinstance(version, float) and version.is_integer() else version
