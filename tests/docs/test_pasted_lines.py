"""Run the shell lines of the pages from top to bottom, as a reader would, next to a running platform."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import PASTED, ROOT, Page, page
from tests.fixtures.awscli import aws_executable
from tests.fixtures.platform import Platform, local_settings, running_platform

SHOWN = {
    "README.md": r"iris_predict\.csv to scored/",
    "README.pt-BR.md": r'"predictions":\["Setosa"',
    "docs/http-api.md": r'"predictions":\["Setosa"\]',
    "samples/README.md": r"iris_predict\.csv to scored/",
}
"""What a reader sees at the end of the story of a page."""

GATEWAY = "http://localhost:4566/_aws/execute-api/mini-ml/local"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform that nothing else uses, so that the first version of a model is the first."""
    with running_platform(local_settings(tmp_path_factory.mktemp("platform"))) as running:
        yield running


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that looks like the root of the repository, into which lines may write."""
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / ".curlrc").write_text("silent\nshow-error\nfail-with-body\n")
    return tmp_path


def script_of(page: Page) -> str:
    """Return the lines of a page, less those that start or test a platform."""
    blocks = [block for block in page.blocks("sh") if not block.startswith("make ")]
    return "\n".join(["set -eo pipefail", *blocks])


def use_real_ports(text: str, platform: Platform) -> str:
    """Replace the default ports in a text by those of the running platform."""
    urls = (platform.api_url, platform.trainer_url, platform.predict_url, platform.endpoint_url)
    for port, url in zip((8000, 8001, 8002, 4566), urls, strict=True):
        text = text.replace(f"localhost:{port}", f"localhost:{url.rpartition(':')[2]}")
    return text


def run_script(script: str, platform: Platform, checkout: Path) -> "subprocess.CompletedProcess[str]":
    """Run a script in a shell; an error response ends it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MINI_ML_"))}
    paths = (Path(sys.prefix) / "bin", aws_executable().parent)
    ports = {
        "PATH": os.pathsep.join([*map(str, paths), kept["PATH"]]),
        "HOME": str(checkout),
        "CURL_HOME": str(checkout),
        "NO_PROXY": "*",
        "AWS_EC2_METADATA_DISABLED": "true",
        "MINI_ML_URL": platform.api_url,
    }
    return subprocess.run(
        ["bash", "-c", use_real_ports(script, platform)],
        cwd=checkout,
        env={**kept, **ports},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("name", PASTED)
def test_every_line_of_a_page_can_be_pasted(name: str, platform: Platform, checkout: Path) -> None:
    done = run_script(script_of(page(name)), platform, checkout)

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert re.search(SHOWN[name], done.stdout)


def test_every_http_line_works_through_the_gateway_too(platform: Platform, checkout: Path) -> None:
    script = script_of(page("docs/http-api.md")).replace("http://localhost:8000", GATEWAY)

    done = run_script(script, platform, checkout)

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "Setosa" in done.stdout
