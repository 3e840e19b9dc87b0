"""Pydantic models of HTTP requests, and of the responses that only describe a service.

The other responses are in `mini_ml.contracts`, because the Python client returns them.
"""

from typing import Annotated, Final

from pydantic import AfterValidator, Field, JsonValue, field_validator

from mini_ml import keys
from mini_ml.contracts import BAD_ROWS, EFFORTS, FrozenModel, Kind

MOST_REASON_CHARS: Final = 500
"""Maximum length of the reason of a move of an alias."""
BLANK_AS_NONE: Final = AfterValidator(lambda reason: (reason or "").strip() or None)
"""Removes the blanks around a reason; without anything else, there is none."""
_BAD_ROWS: Final = list(dict.fromkeys(value for values in BAD_ROWS.values() for value in values))


class Status(FrozenModel):
    """Start page of the api, with the status of the other services."""

    message: str
    trainer_status: str
    predict_status: str
    links: dict[str, str]


class Welcome(FrozenModel):
    """Start page of the trainer and of the predict service."""

    message: str
    links: dict[str, str]


class Health(FrozenModel):
    """Health of this process."""

    status: str


class UploadOptions(FrozenModel):
    """Options of the upload's job, the same as in the form of `/train` or in S3 object metadata."""

    target_column: str | None = None
    model_type: str | None = None
    model_params: dict[str, JsonValue] | None = None
    columns_to_drop: tuple[str, ...] | None = None
    bad_rows: str | None = Field(default=None, json_schema_extra={"enum": [*_BAD_ROWS, "", None]})
    """For trainings: `skip` or `refuse`. For predictions: `refuse` or `keep`."""
    effort: str | None = Field(default=None, json_schema_extra={"enum": [*EFFORTS, "", None]})
    refit: bool | None = Field(default=None, strict=True)
    time_column: str | None = None
    group_column: str | None = None
    output: str | None = None
    """For predictions: `rows`, `predictions`, `probabilities`, or several, separated by commas."""


class UploadRequest(FrozenModel):
    """Request for an upload form."""

    kind: Kind
    filename: str = Field(min_length=1, max_length=1024)
    model_name: str = Field(default=keys.DEFAULT_MODEL, json_schema_extra={"pattern": keys.MODEL_NAME})
    version: str | None = Field(
        default=None, coerce_numbers_to_str=True, json_schema_extra={"pattern": keys.or_empty(keys.VERSION)}
    )
    """For predictions: a version number, an alias or `latest`."""
    options: UploadOptions = UploadOptions()


class AliasTarget(FrozenModel):
    """The version that an alias points to, and on which condition and why it is moved there."""

    version: int = Field(ge=1, le=999_999, strict=True)
    if_better: bool = Field(default=False, strict=True)
    """Whether the alias moves only if this version is better than the one that it points to."""
    reason: Annotated[str | None, BLANK_AS_NONE] = Field(default=None, max_length=MOST_REASON_CHARS)
    """Why, for the moves of the alias."""

    @field_validator("version", mode="before")
    @classmethod
    def _convert_whole_float(cls, version: object) -> object:
        """Accept 2.0 as 2, because JSON does not distinguish integers from floats."""
        return int(version) if isinstance(version, float) and version.is_integer() else version
