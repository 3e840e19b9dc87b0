"""Where the cloud is, as a type: the settings that every service shares."""

from typing import Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.topology import LOCAL_NAMES, STAGES, QueueName, Stage


def _local_queue(name: QueueName) -> str:
    return f"http://127.0.0.1:4566/000000000000/{LOCAL_NAMES.queue(name)}"


class CloudSettings(BaseSettings):
    """Read from the environment, prefix `MINI_ML_`; the defaults are those of the embedded cloud."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", frozen=True, populate_by_name=True)

    stage: str = "local"
    """Name of the stage in `mini_ml/topology/stage.py`, which gives leases, timeouts and limits."""

    uploads_bucket: str = Field(default=LOCAL_NAMES.uploads_bucket, min_length=3)
    """Bucket whose new objects become jobs."""

    artifacts_bucket: str = Field(default=LOCAL_NAMES.artifacts_bucket, min_length=3)
    """Bucket that holds models, predictions and jobs."""

    train_queue_url: str = _local_queue("train")
    """Queue of the uploads to train on."""

    predict_queue_url: str = _local_queue("predict")
    """Queue of the uploads to score."""

    seal_key: SecretStr | None = Field(default=None, min_length=16)
    """Secret that manifests are sealed with; a model sealed with another one is not loaded."""

    seal_key_id: str | None = None
    """Key in KMS that seals instead of a secret, by its ARN; exactly one of the two must be given."""

    public_s3_url: str | None = None
    """Address at which clients outside reach S3; presigned URLs are signed on it. None: the one we use ourselves."""

    aws_endpoint_url: str | None = Field(
        default=None, validation_alias=AliasChoices("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    )
    """Address of an emulated AWS, under the names that boto3 reads itself; None on AWS."""

    s3_connect_timeout_seconds: float = Field(default=3.0, gt=0)
    """How long a connection to S3 or SQS may take to open."""

    s3_read_timeout_seconds: float = Field(default=30.0, gt=0)
    """How long S3 or SQS may be silent in the middle of an answer."""

    s3_connections: int = Field(default=32, ge=1)
    """Connections to S3 kept open at most; more callers at once wait for one."""

    @field_validator("stage")
    @classmethod
    def _known(cls, stage: str) -> str:
        if stage not in STAGES:
            raise ValueError(f"no such stage; use one of {', '.join(STAGES)}")
        return stage

    @field_validator("aws_endpoint_url", "public_s3_url", "seal_key_id", mode="before")
    @classmethod
    def _empty_is_none(cls, text: str | None) -> str | None:
        return text or None

    @model_validator(mode="after")
    def _one_seal(self) -> Self:
        if (self.seal_key is None) == (self.seal_key_id is None):
            raise ValueError("give exactly one of seal_key and seal_key_id")
        return self

    @property
    def topology(self) -> Stage:
        """The stage itself."""
        return STAGES[self.stage]
