"""Rooms for the tests of the functions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functions.rooms import Rooms, predict, rooms_in, train


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Rooms]:
    """Rooms whose queues nobody reads, so that every job stays open."""
    with rooms_in(tmp_path) as rooms:
        yield rooms


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    """Rooms whose queues are read, so that jobs end by themselves."""
    with rooms_in(tmp_path) as rooms, rooms.polling():
        yield rooms


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """Rooms that have a model `default` with one version and one prediction; shared, so only to be looked at."""
    with rooms_in(tmp_path_factory.mktemp("trained")) as rooms, rooms.polling():
        assert train(rooms.api).status_code == 201
        assert predict(rooms.api).status_code == 200
        yield rooms
