"""The REST API reaches the services in the way that a setting names, and in no other."""

from unittest.mock import MagicMock

import boto3
import pytest

from mini_ml.local.integrations import OverHttp, Target
from mini_ml.local.provisioner import ProvisionerSettings, integrations
from mini_ml.topology import Route

ROUTE = Route(path="/models/{model_name}/invocations", service="predict")
ADDRESSES = {"MINI_ML_API_ADDRESS": "http://api:8000", "MINI_ML_PREDICT_ADDRESS": "http://predict:8002"}


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> ProvisionerSettings:
    """The settings that Compose gives for LocalStack."""
    for name, value in {**ADDRESSES, "AWS_ENDPOINT_URL": "http://localstack:4566"}.items():
        monkeypatch.setenv(name, value)
    return ProvisionerSettings()


def test_over_http_a_route_leads_to_the_same_path_of_its_service(settings: ProvisionerSettings) -> None:
    nobody = MagicMock(spec=boto3.client("lambda", region_name="us-east-1"))

    targets = integrations(settings).ensure(nobody, region="r", account="1", timeout_seconds=1)

    uri = "http://predict:8002/models/{model_name}/invocations"
    assert targets(ROUTE) == Target(type="HTTP_PROXY", method="ANY", uri=uri)
    assert nobody.mock_calls == []


def test_through_functions_an_address_is_where_their_events_go(settings: ProvisionerSettings) -> None:
    asked = settings.model_copy(update={"integration": "function"})

    found = integrations(asked)

    assert not isinstance(found, OverHttp)
    assert "http://predict:8002" in str(found)
