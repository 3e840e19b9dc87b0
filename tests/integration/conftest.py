"""Record the AWS calls of every platform that an integration test starts."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _record_calls(recorded_calls: Path) -> None:
    """Make services and pollers that a test starts itself record their calls too."""
