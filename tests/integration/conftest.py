"""One embedded cloud for all integration tests; those that stop or starve a cloud run one of their own."""

from collections.abc import Iterator

import pytest

from tests.fixtures.platform import Platform, local_settings, running_platform


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A running embedded cloud on free ports; use model names of your own, others live in it too."""
    with running_platform(local_settings(tmp_path_factory.mktemp("platform"), pollers=2)) as running:
        yield running
