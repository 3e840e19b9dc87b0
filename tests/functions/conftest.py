"""Services for the tests of the functions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functions.services import Services, predict, services_in, train


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Services]:
    """Services without pollers, so that every job stays open."""
    with services_in(tmp_path) as services:
        yield services


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Services whose queues are read, so that jobs end by themselves."""
    with services_in(tmp_path) as services, services.polling():
        yield services


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services with a model `default`, one version and one prediction; shared, so tests must not change them."""
    with services_in(tmp_path_factory.mktemp("trained")) as services, services.polling():
        assert train(services.api).status_code == 201
        assert predict(services.api).status_code == 200
        yield services
