"""The images say what they are: the labels of the Open Container Initiative."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LAST_STAGE = DOCKERFILE.rpartition("FROM ")[2]


def test_an_image_says_its_name_licence_version_and_base() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert dict(re.findall(r'org\.opencontainers\.image\.([a-z.]+)="([^"]*)"', LAST_STAGE)) == {
        "title": "mini-ml-${SERVICE}",
        "description": "Service ${SERVICE} of Mini-ML-Platform: train and serve tabular models",
        "licenses": project["license"],
        "version": project["version"],
        "base.name": "${BASE_IMAGE}",
    }


def test_the_stage_with_the_labels_knows_the_arguments_that_they_name() -> None:
    before, _, _ = LAST_STAGE.partition("LABEL ")

    assert set(re.findall(r"^ARG (\w+)$", before, re.MULTILINE)) == {"BASE_IMAGE", "SERVICE"}
