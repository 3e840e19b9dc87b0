"""Settings shared by all services: buckets, queues, seal key and timeouts."""

from typing import Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.adapters.event_buses.settings import EventSettings
from mini_ml.topology import STAGES, Stage


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

    seal_key: SecretStr | None = Field(default=None, min_length=16)
    """Secret key that seals manifests; models sealed with another key are not loaded."""

    seal_key_id: str | None = None
    """ARN of a KMS key that seals manifests instead of `MINI_ML_SEAL_KEY`; set exactly one of the two."""

    public_s3_url: str | None = None
    """URL of S3 for external clients, used in presigned URLs. None means the same URL as the services use."""

    aws_endpoint_url: str | None = Field(
        default=None, validation_alias=AliasChoices("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    )
    """URL of an emulated AWS, which boto3 reads too; required in the stages `local` and `test`, none on AWS."""

    s3_connect_timeout_seconds: float = Field(default=3.0, gt=0)
    """Timeout for connecting to S3 and SQS."""

    s3_read_timeout_seconds: float = Field(default=30.0, gt=0)
    """Timeout for reading from S3 and SQS."""

    s3_connections: int = Field(default=32, ge=1)
    """Maximum number of connections to S3; further requests wait for a free one."""

    @field_validator("stage")
    @classmethod
    def _validate_stage(cls, stage: str) -> str:
        if stage not in STAGES:
            raise ValueError(f"unknown stage; use one of {', '.join(STAGES)}")
        return stage

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
        """The stage with this name."""
        return STAGES[self.stage]
