"""Fixtures that any test may ask for, and the option that says on which cloud."""

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
    r"PATH|HOME|TMPDIR|TEMP|CI|MINI_ML_CHAOS_SEED|PYTEST_.*|LD_LIBRARY_PATH|DYLD_.*|"  # the interpreter, and how to run
    r"(PIP|UV)_.*|SSL_CERT_.*|(https?|no|all)_proxy|"  # for the environments that some tests install
    r"BASE_IMAGE|LOCALSTACK_.*|DOCKER_.*",  # for the tests in containers
    re.IGNORECASE,
)
"""The variables that the tests, and the processes that they start, may see of the machine's own."""

for name in [name for name in os.environ if not KEPT.fullmatch(name)]:
    del os.environ[name]


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the folders with the longest files first."""
    longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes `-n auto` means: one more than there are CPUs, as some tests mostly wait."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileScheduling:
    """Keep the tests of a file in one process, where there are several."""
    return FileScheduling(config, log)
