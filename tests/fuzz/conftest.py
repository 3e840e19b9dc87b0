"""Options for the duration of the fuzzing."""

import pytest


@pytest.fixture(scope="session")
def fuzz_options(pytestconfig: pytest.Config) -> tuple[str, ...]:
    """Schemathesis' options: a few cases, always the same, or as many new ones as the option asks for."""
    wanted = pytestconfig.getoption("--fuzz")
    return ("--max-examples", str(wanted)) if wanted else ("--max-examples", "4", "--generation-deterministic")
