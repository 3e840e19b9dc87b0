"""The containers that the tests share."""

from collections.abc import Iterator

import pytest

from tests.e2e.stack import Stack, running


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The platform on LocalStack, in containers; use model names of your own, others live in it too."""
    with running("mini-ml-e2e") as started:
        yield started
