"""The stacks that all tests of the template share, each synthesised once."""

import pytest

from tests.fixtures.synthesis import Synthesised, Template


@pytest.fixture(scope="session")
def template(synthesised: Synthesised) -> Template:
    """The stack that no context at all gives, made without credentials, network and Docker."""
    return synthesised("dev")


@pytest.fixture(scope="session")
def prod(synthesised: Synthesised) -> Template:
    """The prod stage with more memory, reserved concurrency, and the seal key of an earlier deployment."""
    return synthesised("prod")


@pytest.fixture(scope="session")
def placed(synthesised: Synthesised) -> Template:
    """The stack of a given account and region, which asks for no credential and leaves the log role alone."""
    return synthesised("placed")


@pytest.fixture(scope="session")
def watched(synthesised: Synthesised) -> Template:
    """The dev stack with an address for alarms, a budget, the quota of a new account, and an additional API key."""
    return synthesised("watched")


@pytest.fixture(scope="session")
def private(synthesised: Synthesised) -> Template:
    """The dev stack whose API is reached through a VPC endpoint only."""
    return synthesised("private")
