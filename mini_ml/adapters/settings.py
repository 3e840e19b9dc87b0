"""Settings shared by all services: buckets, queues, seal key and timeouts."""

import json
from typing import Annotated, Final, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from mini_ml.adapters.event_buses.settings import EventSettings
from mini_ml.topology import STAGES, Stage

_LEAST_KEY_CHARS: Final = 16


def parse_accepted_seal_keys(text: str) -> tuple[SecretStr, ...]:
    """Parse the setting with the accepted seal keys. Raises ValueError, without the text, which contains secrets."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, list) or any(not isinstance(key, str) or len(key) < _LEAST_KEY_CHARS for key in found):
        raise ValueError(f'a JSON list of keys is needed, each of at least {_LEAST_KEY_CHARS} characters: ["…", "…"]')
    return tuple(SecretStr(key) for key in found)


class CloudSettings(EventSettings, BaseSettings):
    """Read from the environment, prefix `MINI_ML_`. Empty variables count as not set.

    Names of resources have no default, so a service never uses another deployment's resources by mistake.
    """

    model_config = SettingsConfigDict(
        env_prefix="MINI_ML_", env_ignore_empty=True, frozen=True, populate_by_name=True, hide_input_in_errors=True
    )

    stage: str
    """Name of the stage in `mini_ml/topology/stage.py`, which defines leases, timeouts and limits."""

    uploads_bucket: str = Field(min_length=3)
    """Bucket for uploads; each new object creates a job."""

    artifacts_bucket: str = Field(min_length=3)
    """Bucket for models, predictions and jobs."""

    train_queue_url: str
    """Queue of training uploads."""

    predict_queue_url: str
    """Queue of prediction uploads."""

    seal_key: SecretStr | None = Field(default=None, min_length=_LEAST_KEY_CHARS)
    """Secret key that seals manifests; models sealed with another key are loaded only if it is accepted."""

    seal_key_id: str | None = None
    """ARN of a KMS key that seals manifests instead of `MINI_ML_SEAL_KEY`; set exactly one of the two."""

    accepted_seal_keys: Annotated[tuple[SecretStr, ...] | None, NoDecode] = None
    """JSON list of further keys whose models are loaded, such as an earlier one: secrets, or ARNs of keys in KMS."""

    public_s3_url: str | None = None
    """URL of S3 for external clients, used in presigned URLs. None means the same URL as the services use."""

    aws_endpoint_url: str | None = Field(
        default=None, validation_alias=AliasChoices("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    )
    """URL of an emulated AWS, which boto3 reads too; required in the stages `local` and `test`, none on AWS."""

    memory_mib: int | None = Field(
        default=None, ge=128, validation_alias=AliasChoices("MINI_ML_MEMORY_MIB", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    )
    """Memory of this process, against which jobs are estimated; Lambda sets it, None means that of the stage."""

    s3_connect_timeout_seconds: float = Field(default=3.0, gt=0)
    """Timeout for connecting to S3 and SQS."""

    s3_read_timeout_seconds: float = Field(default=30.0, gt=0)
    """Timeout for reading from S3 and SQS."""

    s3_connections: int = Field(default=32, ge=1)
    """Number of connections to S3 that stay open; further requests at the same time open one each and close it."""

    @field_validator("stage")
    @classmethod
    def _validate_stage(cls, stage: str) -> str:
        if stage not in STAGES:
            raise ValueError(f"unknown stage; use one of {', '.join(STAGES)}")
        return stage

    @field_validator("accepted_seal_keys", mode="before")
    @classmethod
    def _parse_accepted_seal_keys(cls, value: object) -> object:
        return parse_accepted_seal_keys(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _require_endpoint_of_emulator(self) -> Self:
        if self.topology.is_emulated and self.aws_endpoint_url is None:
            raise ValueError(f"AWS_ENDPOINT_URL is required in the stage {self.stage}, but it is not set.")
        return self

    @model_validator(mode="after")
    def _require_one_seal_key(self) -> Self:
        if (self.seal_key is None) == (self.seal_key_id is None):
            raise ValueError("set exactly one of MINI_ML_SEAL_KEY and MINI_ML_SEAL_KEY_ID")
        return self

    @property
    def topology(self) -> Stage:
        """The stage with this name, with the memory of this process."""
        stage = STAGES[self.stage]
        return stage if self.memory_mib is None else stage.with_memory(self.memory_mib)
