"""Every `make` line of the pages names an existing target, and runs without undefined variables."""

import os
import re
import subprocess

import pytest

from tests.docs.pages import PAGES, ROOT, Page

NAMED = sorted({target for path in PAGES for target in re.findall(r"(?:^|`)make ([a-z0-9-]+)", Page(path).text, re.M)})


def would_run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Ask make what it would do."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--no-print-directory", "--warn-undefined-variables", "--dry-run", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("target", NAMED)
def test_every_make_line_of_a_page_runs(target: str) -> None:
    done = would_run(target)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["bootstrap", "deploy", "destroy"])
def test_the_cdk_command_is_pinned_and_receives_stage_and_context(command: str) -> None:
    done = would_run(command, "STAGE=prod", "CONTEXTS=--context seal_key_arn=arn")

    assert f"npx --yes aws-cdk@2.1148.1 {command} --context stage=prod --context seal_key_arn=arn" in done.stdout


def test_the_quotas_are_checked_before_a_deployment_builds_anything() -> None:
    lines = would_run("deploy", "STAGE=prod", "CONTEXTS=--context seal_key_arn=arn").stdout.splitlines()
    [check] = [line for line in lines if "infra.quotas" in line]
    [deploy] = [line for line in lines if "aws-cdk" in line]

    assert check.endswith("-m infra.quotas --context stage=prod --context seal_key_arn=arn")
    assert lines.index(check) < lines.index(deploy)


def test_the_check_of_the_quotas_can_be_skipped() -> None:
    assert "infra.quotas" not in would_run("deploy", "QUOTAS=skip").stdout


def test_a_base_image_is_looked_up_by_its_tag() -> None:
    assert would_run("base-image").stdout.endswith("-m infra.base_image python:3.12-slim\n")
