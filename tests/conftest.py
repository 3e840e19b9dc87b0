"""Fixtures that any test may ask for, and the option that says on which cloud."""

from pathlib import Path

import pytest

pytest_plugins = [
    "tests.fixtures.emulated",
    "tests.fixtures.synthesis",
    "tests.fixtures.calls",
    "tests.fixtures.clouds",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests run on LocalStack, for which it has to be installed: see tests/fixtures/localstack.py."""
    told = "run on LocalStack instead of ministack; PYTHON is an interpreter that has it"
    parser.addoption("--localstack", metavar="PYTHON", type=Path, help=told)
