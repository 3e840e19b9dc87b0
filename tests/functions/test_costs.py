"""What an idle sweep asks of S3 is what the costs of the runbook count."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.client import BaseClient

from infra.costs import SWEEP_LISTS, SWEEP_READS, SWEEP_WRITES
from mini_ml.adapters.aws.clients import build_cloud, s3_client
from mini_ml.adapters.settings import CloudSettings
from mini_ml.jobs.sweep import sweep
from mini_ml.ports import Cloud
from tests.fixtures.emulated import aws_environment, cloud_environment, moto_aws


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """A stage without jobs, in which a sweep has run before."""
    for name, value in {**aws_environment(""), **cloud_environment(None, stage="dev")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with moto_aws():
        settings = CloudSettings()
        for bucket in (settings.uploads_bucket, settings.artifacts_bucket):
            s3_client(settings).create_bucket(Bucket=bucket)
        cloud = build_cloud(settings)
        sweep(cloud)
        yield cloud


def test_an_idle_sweep_makes_the_calls_that_the_costs_count(idle: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    call = BaseClient._make_api_call  # type: ignore[attr-defined]  # every call of every client passes here

    def record(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        calls.append(operation)
        return call(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", record)
    sweep(idle)

    listed = Counter("List" if name.startswith("List") else name for name in calls)
    assert listed == {"List": SWEEP_LISTS, "PutObject": SWEEP_WRITES, "GetObject": SWEEP_READS}
