"""The REST API uses the kind of integration that the setting names."""

from unittest.mock import MagicMock

import boto3
import pytest

from mini_ml.local.integrations import HttpIntegrations, Target
from mini_ml.local.provisioner import ProvisionerSettings, build_integrations
from mini_ml.topology import GATEWAY_ROUTES, Route

ROUTE = Route(path="/models/{model_name}/invocations", service="predict")
ADDRESSES = {"MINI_ML_API_ADDRESS": "http://api:8000", "MINI_ML_PREDICT_ADDRESS": "http://predict:8002"}


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> ProvisionerSettings:
    """Settings of the provisioner in Docker Compose with LocalStack."""
    for name, value in {**ADDRESSES, "AWS_ENDPOINT_URL": "http://localstack:4566", "MINI_ML_STAGE": "local"}.items():
        monkeypatch.setenv(name, value)
    return ProvisionerSettings()


def test_an_http_integration_forwards_a_route_to_the_same_path_of_its_service(settings: ProvisionerSettings) -> None:
    lambda_client = MagicMock(spec=boto3.client("lambda", region_name="us-east-1"))

    targets = build_integrations(settings).ensure(lambda_client, region="r", account="1", timeout_seconds=1)

    uri = "http://predict:8002/models/{model_name}/invocations"
    assert targets(ROUTE) == Target(type="HTTP_PROXY", method="ANY", uri=uri)
    assert lambda_client.mock_calls == []


def test_an_http_integration_forwards_an_unknown_path_to_the_same_path_of_the_api(
    settings: ProvisionerSettings,
) -> None:
    lambda_client = MagicMock(spec=boto3.client("lambda", region_name="us-east-1"))

    targets = build_integrations(settings).ensure(lambda_client, region="r", account="1", timeout_seconds=1)

    assert targets(GATEWAY_ROUTES[-1]).uri == "http://api:8000/{proxy}"


def test_a_function_integration_posts_events_to_the_address(settings: ProvisionerSettings) -> None:
    asked = settings.model_copy(update={"integration": "function"})

    found = build_integrations(asked)

    assert not isinstance(found, HttpIntegrations)
    assert "http://predict:8002" in str(found)
