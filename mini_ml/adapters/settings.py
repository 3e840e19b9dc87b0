"""Settings shared by all services: buckets, queues, seal key and timeouts."""

from typing import Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.topology import LOCAL_NAMES, STAGES, QueueName, Stage


def _local_queue(name: QueueName) -> str:
    return f"http://127.0.0.1:4566/000000000000/{LOCAL_NAMES.queue(name)}"


class CloudSettings(BaseSettings):
    """Read from the environment, prefix `MINI_ML_`. The defaults are those of the embedded cloud."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", frozen=True, populate_by_name=True)

    stage: str = "local"
    """Name of the stage in `mini_ml/topology/stage.py`, which defines leases, timeouts and limits."""

    uploads_bucket: str = Field(default=LOCAL_NAMES.uploads_bucket, min_length=3)
    """Bucket for uploads; each new object creates a job."""

    artifacts_bucket: str = Field(default=LOCAL_NAMES.artifacts_bucket, min_length=3)
    """Bucket for models, predictions and jobs."""

    train_queue_url: str = _local_queue("train")
    """Queue of training uploads."""

    predict_queue_url: str = _local_queue("predict")
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
    """URL of an emulated AWS; boto3 reads the same variables. None on AWS."""

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

    @field_validator("aws_endpoint_url", "public_s3_url", "seal_key_id", mode="before")
    @classmethod
    def _replace_empty(cls, text: str | None) -> str | None:
        return text or None

    @model_validator(mode="after")
    def _require_one_seal_key(self) -> Self:
        if (self.seal_key is None) == (self.seal_key_id is None):
            raise ValueError("set exactly one of MINI_ML_SEAL_KEY and MINI_ML_SEAL_KEY_ID")
        return self

    @property
    def topology(self) -> Stage:
        """The stage with this name."""
        return STAGES[self.stage]
