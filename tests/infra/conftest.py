"""One synthesis of the dev stage for all tests of the template."""

import pytest

from tests.fixtures.synthesis import Template, synthesis


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The stack that no context at all gives, made without credentials, network and Docker."""
    folder = tmp_path_factory.mktemp("synthesis")
    done = synthesis(folder)
    assert done.returncode == 0, done.stderr
    return Template(folder / "cdk.out")
