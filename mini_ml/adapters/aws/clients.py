"""Build the AWS implementation of the ports from settings. Each process calls this once and reuses the clients."""

import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.config import Config

from mini_ml import keys
from mini_ml.adapters.aws.event_bridge import EventBridgeBus
from mini_ml.adapters.aws.s3 import S3ObjectStore
from mini_ml.adapters.aws.seal import HmacSeal, KmsSeal, RotatedSeal
from mini_ml.adapters.aws.session import session
from mini_ml.adapters.aws.sqs import SqsQueue
from mini_ml.adapters.event_buses.build import build_event_bus
from mini_ml.adapters.remaining_time import seconds_left
from mini_ml.adapters.settings import CloudSettings
from mini_ml.adapters.ticker import every
from mini_ml.ports import NO_METRICS, Cloud, EventBus, Metrics, Seal

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

_ATTEMPTS = 4


def build_cloud(settings: CloudSettings, *, metrics: Metrics = NO_METRICS) -> Cloud:
    """Build the ports for AWS, or for the emulator at `AWS_ENDPOINT_URL`."""
    s3 = s3_client(settings)
    public = s3_client(settings, settings.public_s3_url) if settings.public_s3_url else s3
    sqs = sqs_client(settings)
    return Cloud(
        uploads=S3ObjectStore(s3, settings.uploads_bucket, public_client=public),
        artifacts=S3ObjectStore(s3, settings.artifacts_bucket, public_client=public),
        queues={
            "train": SqsQueue(sqs, settings.train_queue_url),
            "predict": SqsQueue(sqs, settings.predict_queue_url),
        },
        events=build_event_bus(settings, event_bridge=lambda: _build_event_bridge(settings)),
        seal=_build_seal(settings),
        stage=settings.topology,
        now=_now,
        new_id=_new_id,
        sleep=time.sleep,
        every=every,
        seconds_left=seconds_left,
        metrics=metrics,
    )


def s3_client(settings: CloudSettings, endpoint_url: str | None = None) -> "S3Client":
    """Create an S3 client with SigV4 signatures.

    Custom endpoints use path-style addresses, because they have no subdomains. AWS uses virtual-hosted addresses,
    because presigned URLs on the global host fail outside us-east-1.

    Args:
        settings: endpoint, timeouts and connections.
        endpoint_url: URL of S3 for external clients; replaces the endpoint in the settings.
    """
    endpoint = endpoint_url or settings.aws_endpoint_url
    style = Config(signature_version="s3v4", s3={"addressing_style": "path" if endpoint else "virtual"})
    return session().client("s3", endpoint_url=endpoint, config=_config(settings).merge(style))


def sqs_client(settings: CloudSettings) -> "SQSClient":
    """Create an SQS client."""
    return session().client("sqs", config=_config(settings))


def _build_event_bridge(settings: CloudSettings) -> EventBus:
    """Build the bus with short timeouts, because the end of a job waits for it."""
    short = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
    return EventBridgeBus(lambda: session().client("events", config=_config(settings).merge(short)))


def _build_seal(settings: CloudSettings) -> Seal:
    """Build the seal with the configured keys; the settings have exactly one that signs."""
    accepted = [key.get_secret_value() for key in settings.accepted_seal_keys or ()]
    if settings.seal_key is not None:
        present, *others = [HmacSeal(key.encode()) for key in (settings.seal_key.get_secret_value(), *accepted)]
        return RotatedSeal(present, others) if others else present
    assert settings.seal_key_id is not None
    kms = session().client("kms", config=_config(settings))
    signing, *verifying = [KmsSeal(kms, key_id) for key_id in (settings.seal_key_id, *accepted)]
    return RotatedSeal(signing, verifying) if verifying else signing


def _config(settings: CloudSettings) -> Config:
    return Config(
        connect_timeout=settings.s3_connect_timeout_seconds,
        read_timeout=settings.s3_read_timeout_seconds,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        max_pool_connections=settings.s3_connections,
        proxies={} if settings.aws_endpoint_url else None,  # a proxy may not reach a local emulator
        # Some emulators do not support trailing checksums. The platform verifies the digests of models itself.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return keys.new_job_id(_now(), os.urandom(10))
