"""What every integration test shares: whatever cloud it starts, the calls of its services are recorded."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _every_cloud_records(recorded_calls: Path) -> None:
    """Services and pollers that a test starts by itself record their calls too."""
