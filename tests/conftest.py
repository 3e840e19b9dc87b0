"""Shared fixtures and command line options of the tests."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer

from tests.fixtures.workers import FileScheduling, longest_first

pytest_plugins = [
    "tests.fixtures.emulated",
    "tests.fixtures.synthesis",
    "tests.fixtures.calls",
    "tests.fixtures.clouds",
]

KEPT = re.compile(
    r"PATH|HOME|TMPDIR|TEMP|CI|MINI_ML_CHAOS_SEED|PYTEST_.*|LD_LIBRARY_PATH|DYLD_.*|"  # interpreter and test run
    r"(PIP|UV)_.*|SSL_CERT_.*|(https?|no|all)_proxy|"  # for the virtual environments that some tests install
    r"BASE_IMAGE|LOCALSTACK_.*|DOCKER_.*",  # for the tests in containers
    re.IGNORECASE,
)
"""Environment variables that the tests and their processes keep; all others are removed."""

for name in [name for name in os.environ if not KEPT.fullmatch(name)]:
    del os.environ[name]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options `--localstack` (see tests/fixtures/localstack.py) and `--fuzz`."""
    help_text = "run on LocalStack instead of ministack; PYTHON is an interpreter with LocalStack installed"
    parser.addoption("--localstack", metavar="PYTHON", type=Path, help=help_text)
    parser.addoption("--fuzz", metavar="N", type=int, help="test N random inputs per case instead of a few fixed ones")


def pytest_configure(config: pytest.Config) -> None:
    """Configure hypothesis: fixed inputs in CI, N random inputs with `--fuzz N`; no test has a time limit."""
    settings.register_profile("local", deadline=None)
    settings.register_profile("ci", derandomize=True, deadline=None)
    settings.register_profile("long", max_examples=config.getoption("--fuzz") or 100, deadline=None)
    settings.load_profile("long" if config.getoption("--fuzz") else "ci" if os.environ.get("CI") else "local")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the folders with the slowest files first."""
    longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return the number of processes for `-n auto`: one more than CPUs, because some tests mostly wait."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileScheduling:
    """Keep the tests of a file in one process."""
    return FileScheduling(config, log)
