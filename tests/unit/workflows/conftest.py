"""An in-memory cloud with a clock that tests set."""

from pathlib import Path

import pytest

from mini_ml.adapters.memory.cloud import MemoryCloud, memory_cloud
from tests.unit.workflows.memory_platform import MemoryPlatform
from tests.unit.workflows.story import Clock, Publisher


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cloud(clock: Clock) -> MemoryCloud:
    return memory_cloud(now=clock, sleep=clock.forward)


@pytest.fixture
def publish(cloud: MemoryCloud) -> Publisher:
    return Publisher(cloud)


@pytest.fixture
def platform(cloud: MemoryCloud, clock: Clock, tmp_path: Path) -> MemoryPlatform:
    return MemoryPlatform(cloud, clock, tmp_path)
