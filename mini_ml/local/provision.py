"""Create the AWS resources that topology.py describes; running it again adds what is missing."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from mini_ml.local import rest_api
from mini_ml.local.integrations import Integrations
from mini_ml.topology import Names, QueueName, Stage, WorkQueue, queues

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

_QUIET_PROFILE: Final = (None, None, None, None)
_NO_FILE: Final = (None, None, os.devnull, None)
_CONFIG: Final = Config(proxies={}, retries={"total_max_attempts": 3}, connect_timeout=3, read_timeout=30)


@dataclass(frozen=True, kw_only=True)
class Account:
    """Endpoint and credentials to provision with; the user's own AWS configuration is not read."""

    endpoint_url: str
    number: str
    region: str
    access_key: str
    secret_key: str

    @property
    def s3(self) -> "S3Client":
        """Client for S3."""
        return self._session.client("s3", endpoint_url=self.endpoint_url, config=_CONFIG)

    @property
    def sqs(self) -> "SQSClient":
        """Client for SQS."""
        return self._session.client("sqs", endpoint_url=self.endpoint_url, config=_CONFIG)

    @property
    def api_gateway(self) -> "APIGatewayClient":
        """Client for API Gateway (REST)."""
        return self._session.client("apigateway", endpoint_url=self.endpoint_url, config=_CONFIG)

    @property
    def functions(self) -> "LambdaClient":
        """Client for Lambda."""
        return self._session.client("lambda", endpoint_url=self.endpoint_url, config=_CONFIG)

    @property
    def _session(self) -> boto3.Session:
        """Session that ignores AWS profiles and configuration files."""
        quiet = {"profile": _QUIET_PROFILE, "config_file": _NO_FILE, "credentials_file": _NO_FILE}
        return boto3.Session(
            botocore_session=botocore.session.Session(session_vars=quiet),
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region,
        )


@dataclass(frozen=True, kw_only=True)
class Provisioned:
    """URLs of the provisioned resources."""

    queue_urls: Mapping[QueueName, str]


def provision(
    account: Account,
    *,
    stage: Stage,
    names: Names,
    integrations: Integrations,
    rest_api_tags: Mapping[str, str],
) -> Provisioned:
    """Create or update the buckets, queues, notifications and REST API.

    Args:
        account: endpoint and credentials.
        stage: timeouts and receive counts.
        names: names of buckets and queues.
        integrations: how the REST API reaches the services.
        rest_api_tags: tags that give the REST API its fixed id.
    """
    s3 = account.s3
    for bucket in (names.uploads_bucket, names.artifacts_bucket):
        _ensure_bucket(s3, bucket)
    urls, arns = _ensure_queues(account.sqs, account, queues(stage), names)
    _ensure_notifications(s3, names.uploads_bucket, queues(stage), arns)
    targets = integrations.ensure(
        account.functions,
        region=account.region,
        account=account.number,
        timeout_seconds=stage.api_timeout_seconds + 5,
    )
    rest_api.replace_rest_api(account.api_gateway, targets=targets, tags=rest_api_tags)
    return Provisioned(queue_urls=urls)


def _ensure_bucket(s3: "S3Client", bucket: str) -> None:
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def _ensure_queues(
    sqs: "SQSClient", account: Account, work_queues: tuple[WorkQueue, ...], names: Names
) -> tuple[dict[QueueName, str], dict[QueueName, str]]:
    urls: dict[QueueName, str] = {}
    arns: dict[QueueName, str] = {}
    for queue in reversed(work_queues):  # dead letters first: the redrive policies name them
        name = names.queue(queue.name)
        arns[queue.name] = f"arn:aws:sqs:{account.region}:{account.number}:{name}"
        attributes = _build_attributes(queue, arns[queue.name], arns["dead-letters"], account, names)
        urls[queue.name] = _ensure_queue(sqs, name, attributes)
    return urls, arns


def _build_attributes(queue: WorkQueue, arn: str, dead_letters: str, account: Account, names: Names) -> dict[str, str]:
    attributes = {
        "VisibilityTimeout": str(queue.visibility_seconds),
        "SqsManagedSseEnabled": "true",
        "MessageRetentionPeriod": str(14 * 24 * 3600),
    }
    if queue.max_receive_count is not None:
        redrive = {"deadLetterTargetArn": dead_letters, "maxReceiveCount": queue.max_receive_count}
        attributes["RedrivePolicy"] = json.dumps(redrive)
        attributes["Policy"] = json.dumps(_build_queue_policy(arn, account.number, names.uploads_bucket))
    return attributes


def _build_queue_policy(arn: str, account: str, bucket: str) -> dict[str, Any]:
    condition = {
        "StringEquals": {"aws:SourceAccount": account},
        "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"},
    }
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": condition,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _ensure_queue(sqs: "SQSClient", name: str, attributes: dict[str, str]) -> str:
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError as error:
        if "NonExistentQueue" not in error.response["Error"]["Code"] and "QueueDoesNotExist" not in str(error):
            raise
        return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]  # type: ignore[arg-type]  # plain str keys
    sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)  # type: ignore[arg-type]  # plain str keys
    return url


def _ensure_notifications(
    s3: "S3Client", bucket: str, work_queues: tuple[WorkQueue, ...], arns: Mapping[QueueName, str]
) -> None:
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "Id": queue.name,
                    "QueueArn": arns[queue.name],
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": queue.prefix}]}},
                }
                for queue in work_queues
                if queue.prefix is not None
            ]
        },
    )
