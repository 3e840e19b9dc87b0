"""Contents of the images."""

import json
import os
from typing import Any

import pytest

from tests.e2e.stack import Stack
from tests.e2e.tools import docker
from tests.fixtures.emulated import cloud_environment
from tests.fixtures.synthesis import Synthesised

SERVICES = ("api", "trainer", "predict")
ML = {"pandas", "numpy", "sklearn", "scipy", "joblib"}
CONFINED = ("--rm", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--network", "none")
ENVIRONMENT = (
    *("--env", "MINI_ML_AUTH=off"),
    *("--env", "AWS_DEFAULT_REGION=us-east-1"),
    *(argument for item in cloud_environment(None, stage="dev").items() for argument in ("--env", "=".join(item))),
)
LOOK = """
import json, os, pathlib, sysconfig
site, task = pathlib.Path(sysconfig.get_paths()["purelib"]), pathlib.Path("/var/task")
sources = [path for folder in (site, task) for path in folder.rglob("*.py")]
compiled = {path.parent.parent / path.name.split(".")[0] for f in (site, task) for path in f.rglob("*.pyc")}
every = [path for folder in (site, task) for path in folder.rglob("*")]
print(json.dumps({
    "packages": sorted(path.name for path in site.iterdir()),
    "services": sorted(path.name for path in (task / "functions").iterdir() if path.is_dir() and path.name[0] != "_"),
    "tests": [str(path) for path in every if path.is_dir() and path.name in ("test", "tests")],
    "uncompiled": [str(path) for path in sources if path.parent / path.name.split(".")[0] not in compiled],
    "unreadable": [str(path) for path in every if not path.stat().st_mode & 0o004],
    "user": os.getuid(), "home": os.environ["HOME"], "joblib": os.environ["JOBLIB_TEMP_FOLDER"],
}))
"""


@pytest.fixture(scope="module", params=SERVICES)
def service(request: pytest.FixtureRequest, stack: Stack) -> str:
    """A service with a built image."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def inside(service: str) -> dict[str, Any]:
    """Contents of the image of a service."""
    found: dict[str, Any] = json.loads(
        docker("run", *CONFINED, "--entrypoint", "python", f"mini-ml-{service}:local", "-c", LOOK)
    )
    return found


def test_the_ml_stack_is_in_every_image_except_the_api(service: str, inside: dict[str, Any]) -> None:
    assert ML & set(inside["packages"]) == (set() if service == "api" else ML)


def test_an_image_says_what_it_is_and_what_it_was_built_from(service: str) -> None:
    labels = json.loads(docker("inspect", "--format", "{{json .Config.Labels}}", f"mini-ml-{service}:local"))

    assert labels["org.opencontainers.image.title"] == f"mini-ml-{service}"
    assert labels["org.opencontainers.image.base.name"] == os.environ.get("BASE_IMAGE", "python:3.12-slim")


def test_an_image_contains_its_own_service_only(service: str, inside: dict[str, Any]) -> None:
    assert inside["services"] == [service]


def test_images_contain_neither_tests_nor_installers(inside: dict[str, Any]) -> None:
    assert inside["tests"] == []
    assert {"pip", "setuptools", "pytest"} & set(inside["packages"]) == set()


def test_modules_are_compiled(inside: dict[str, Any]) -> None:
    assert [path for path in inside["uncompiled"] if "/mini_ml/" in path or "/functions/" in path] == []
    assert len(inside["uncompiled"]) < 10


def test_it_runs_as_an_unprivileged_user_and_writes_to_tmp_only(inside: dict[str, Any]) -> None:
    assert (inside["user"], inside["home"], inside["joblib"]) == (10001, "/tmp", "/tmp")


def test_any_user_can_run_it_on_a_read_only_root(service: str, inside: dict[str, Any]) -> None:
    handler = f"from functions.{service}.handler import lambda_handler; print(lambda_handler.__class__.__name__)"

    printed = docker(
        "run",
        *CONFINED,
        *ENVIRONMENT,
        "--user",
        "993:990",
        "--entrypoint",
        "python",
        f"mini-ml-{service}:local",
        "-c",
        handler,
    )

    assert inside["unreadable"] == []
    assert printed.strip() == "LambdaEntryPoint"


@pytest.mark.parametrize("staged", SERVICES)
def test_docker_builds_an_image_from_the_assets_of_cdk(staged: str, synthesised: Synthesised) -> None:
    assembly = synthesised("dev").folder
    assets = json.loads((assembly / "MiniMl.assets.json").read_text())["dockerImages"].values()
    [source] = [one["source"] for one in assets if one["source"]["dockerBuildArgs"] == {"SERVICE": staged}]
    folder, base = assembly / source["directory"], os.environ.get("BASE_IMAGE", "python:3.12-slim")

    arguments = ("--build-arg", f"SERVICE={staged}", "--build-arg", f"BASE_IMAGE={base}")
    docker("build", "--quiet", "--tag", f"mini-ml-{staged}:staged", *arguments, str(folder))
    found = docker("run", *CONFINED, "--entrypoint", "ls", f"mini-ml-{staged}:staged", "/var/task/functions")

    assert found.split() == sorted(["__init__.py", "__pycache__", staged])
