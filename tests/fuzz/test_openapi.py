"""The running platform conforms to the committed OpenAPI document for any request.

`make fuzz` runs it long and by a new seed each time; otherwise it is short and always the same.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.fixtures.platform import Platform

SAMPLE = ROOT / "samples" / "iris.csv"


def schemathesis(url: str, folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run schemathesis over docs/openapi.json against an address."""
    config = ROOT / "tests" / "fuzz" / "schemathesis.toml"
    command = [str(Path(sys.executable).with_name("st")), "--config-file", str(config), "run"]
    return subprocess.run(
        [*command, str(ROOT / "docs" / "openapi.json"), "--url", url, "--header", "Prefer: respond-async", *options],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "PYTHONPATH": str(ROOT), "NO_PROXY": "*"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def busy(platform: Platform) -> Platform:
    """A platform whose model `default` exists, so that examples find something."""
    with platform.http() as client, SAMPLE.open("rb") as file:
        trained = client.post("/train", files={"dataset_file": file}, data={"target_column": "variety"})
        assert trained.status_code == 201, trained.text
    return platform


def test_every_response_is_documented_and_none_is_a_server_error(
    busy: Platform, fuzz_options: tuple[str, ...], tmp_path: Path
) -> None:
    completed = schemathesis(busy.api_url, tmp_path, *fuzz_options)

    assert completed.returncode == 0, completed.stdout[-20_000:] + completed.stderr


def test_the_same_holds_behind_the_gateway(busy: Platform, tmp_path: Path) -> None:
    few = ("--phases", "examples,fuzzing", "--max-examples", "1", "--generation-deterministic")

    completed = schemathesis(busy.gateway_url, tmp_path, *few)

    assert completed.returncode == 0, completed.stdout[-20_000:] + completed.stderr
