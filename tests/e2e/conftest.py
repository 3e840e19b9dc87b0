"""Containers shared by the tests."""

from collections.abc import Iterator

import pytest

from tests.e2e.stack import Stack, run_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The platform on LocalStack in containers, shared by all tests; use unique model names."""
    with run_stack("mini-ml-e2e") as started:
        yield started
