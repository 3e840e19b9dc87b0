"""Fixtures that any test may ask for, and the option that says on which cloud."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

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
    parser.addoption("--fuzz", metavar="N", type=int, help="try N random inputs a case instead of a few fixed ones")


def pytest_configure(config: pytest.Config) -> None:
    """Let hypothesis choose the same inputs in every run of CI, and many new ones where somebody asks to fuzz."""
    settings.register_profile("ci", derandomize=True, deadline=None)
    settings.register_profile("long", max_examples=config.getoption("--fuzz") or 100, deadline=None)
    settings.load_profile("long" if config.getoption("--fuzz") else "ci" if os.environ.get("CI") else "default")
