"""Synthesis needs nothing but Python, and what comes out of it is clean."""

import json
import re
import string
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from infra.authentication import authentication_of
from infra.stages import DEPLOYMENTS, Deployment, select_deployment
from mini_ml.topology import functions
from tests.fixtures.synthesis import CONTEXTS, StackName, Synthesised, Template

CDK_WRITES_THEM = "W3005"
"""CDK names a function's role among its dependencies although the function refers to it already."""


STANDING = {
    ("AwsSolutions-APIG2", "MiniMl/Api/Rest"),
    ("AwsSolutions-APIG3", "MiniMl/Api/Rest"),
    ("AwsSolutions-APIG4", "MiniMl/Api/Rest"),
    ("AwsSolutions-APIG6", "MiniMl/Api/Rest"),
    ("AwsSolutions-COG4", "MiniMl/Api/Rest"),
    ("AwsSolutions-IAM4", "MiniMl/GatewayLogs/Role"),
    ("AwsSolutions-IAM5", "MiniMl/Functions/api/Role"),
    ("AwsSolutions-IAM5", "MiniMl/Functions/predict-batch/Role"),
    ("AwsSolutions-IAM5", "MiniMl/Functions/predict/Role"),
    ("AwsSolutions-IAM5", "MiniMl/Functions/sweeper/Role"),
    ("AwsSolutions-IAM5", "MiniMl/Functions/trainer/Role"),
    ("AwsSolutions-IAM5", "MiniMl/Operations/Policies/Reader"),
    ("AwsSolutions-IAM5", "MiniMl/Operations/Policies/Uploader"),
    ("AwsSolutions-SMG4", "MiniMl/AdminKey"),
}
"""Findings of cdk-nag that are intended, with the resource of each."""
OF_API_KEYS = ("AwsSolutions-SMG4", "MiniMl/ApiKeys")
STANDING_IN: dict[StackName, set[tuple[str, str]]] = {
    "dev": STANDING,
    "prod": STANDING,
    "private": STANDING,
    "watched": {*STANDING, OF_API_KEYS},
    "keyed": {*STANDING, OF_API_KEYS},
    "placed": STANDING - {("AwsSolutions-IAM4", "MiniMl/GatewayLogs/Role"), ("AwsSolutions-SMG4", "MiniMl/AdminKey")},
}


@pytest.fixture(params=CONTEXTS)
def stack_name(request: pytest.FixtureRequest) -> StackName:
    """The name of each stack that the tests synthesise."""
    found: StackName = request.param
    return found


@pytest.fixture
def stage(synthesised: Synthesised, stack_name: StackName) -> Template:
    """Each stack that the tests synthesise."""
    return synthesised(stack_name)


def test_no_context_at_all_gives_the_dev_stage_on_arm64_whatever_machine_deploys(template: Template) -> None:
    functions = template.named("AWS::Lambda::Function", "FunctionName")

    assert set(functions) == {
        "mini-ml-dev-api",
        "mini-ml-dev-sweeper",
        "mini-ml-dev-trainer",
        "mini-ml-dev-predict",
        "mini-ml-dev-predict-batch",
    }
    assert {tuple(found["Architectures"]) for found in functions.values()} == {("arm64",)}
    assert {str(platform) for platform in _platforms(template)} == {"linux/arm64"}


def _platforms(template: Template) -> list[object]:
    assets = json.loads((template.folder / "MiniMl.assets.json").read_text())["dockerImages"]
    return [asset["source"]["platform"] for asset in assets.values()]


def test_the_context_chooses_another_architecture(placed: Template) -> None:
    functions = placed.of_type("AWS::Lambda::Function").values()

    assert {tuple(found["Architectures"]) for found in functions} == {("x86_64",)}
    assert {str(platform) for platform in _platforms(placed)} == {"linux/amd64"}


def test_the_prod_stage_starts_with_what_a_new_account_allows() -> None:
    memory = {function.name: function.memory_mib for function in functions(DEPLOYMENTS["prod"].stage)}

    assert memory == {"api": 1024, "sweeper": 512, "trainer": 3008, "predict": 3008, "predict-batch": 3008}


def test_the_context_chooses_stage_memory_and_an_earlier_key(prod: Template) -> None:
    trainer = prod.named("AWS::Lambda::Function", "FunctionName")["mini-ml-prod-trainer"]

    assert trainer["MemorySize"] == 8192
    assert trainer["Environment"]["Variables"]["MINI_ML_SEAL_KEY_ID"] == "arn:aws:kms:us-east-1:000000000000:key/a"
    assert [key for key in prod.of_type("AWS::KMS::Key").values() if key.get("KeySpec") == "HMAC_256"] == []


@pytest.mark.parametrize("auth", [None, "on"])
def test_credentials_are_asked_for_where_the_context_says_nothing(auth: str | None) -> None:
    authentication = authentication_of({"auth": auth})

    assert (authentication.is_on, authentication.settings) == (True, {"MINI_ML_AUTH": "on"})


@pytest.mark.parametrize("auth", ["false", "OFF", "none"])
def test_anything_but_on_and_off_is_refused(auth: str) -> None:
    with pytest.raises(ValueError, match="auth must be on or off"):
        authentication_of({"auth": auth})


def test_the_context_names_further_keys_and_an_issuer_of_tokens() -> None:
    entry = f"ci:train:{'ab' * 32}"
    context = {"api_keys": entry, "jwt_issuer": "i", "jwt_audience": "a", "jwt_jwks_url": "https://u"}

    assert authentication_of(context).api_keys == entry
    assert authentication_of(context).settings == {
        "MINI_ML_AUTH": "on",
        "MINI_ML_JWT_ISSUER": "i",
        "MINI_ML_JWT_AUDIENCE": "a",
        "MINI_ML_JWT_JWKS_URL": "https://u",
    }


def test_account_and_region_given_the_buckets_have_literal_names_as_their_adoption_needs(placed: Template) -> None:
    buckets = placed.of_type("AWS::S3::Bucket").values()

    assert sorted(bucket["BucketName"] for bucket in buckets) == [
        "mini-ml-dev-artifacts-123456789012-eu-central-1",
        "mini-ml-dev-uploads-123456789012-eu-central-1",
    ]


def test_no_credential_is_needed_where_the_context_says_so(placed: Template) -> None:
    functions = placed.of_type("AWS::Lambda::Function").values()
    variables = [function["Environment"]["Variables"] for function in functions]

    assert {one["MINI_ML_AUTH"] for one in variables} == {"off"}
    assert [one for one in variables if "MINI_ML_ADMIN_KEY_SECRET_ID" in one] == []
    assert placed.of_type("AWS::SecretsManager::Secret") == {}
    assert {"AdminKeyArn", "ReadAdminKey"}.isdisjoint(placed.body["Outputs"])


def test_another_stage_or_architecture_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"Unknown stage live\. Use one of dev, prod"):
        select_deployment({"stage": "live"})
    with pytest.raises(ValueError, match=r"does not support the architecture riscv64\. Use arm64 or x86_64"):
        select_deployment({"architecture": "riscv64"})


@pytest.mark.parametrize("deployment", DEPLOYMENTS.values(), ids=DEPLOYMENTS)
def test_the_scratch_space_takes_the_largest_files_of_two_attempts(deployment: Deployment) -> None:
    limits = deployment.stage.limits
    upload, model = limits.upload_bytes // 2**20, limits.artifact_bytes // 2**20

    assert deployment.scratch_mib["trainer"] == 2 * (upload + model + model)
    assert deployment.scratch_mib["predict-batch"] >= 2 * (upload + model)
    assert deployment.scratch_mib["predict"] >= 2 * model
    assert all(512 <= mebibytes <= 10_240 for mebibytes in deployment.scratch_mib.values())


def test_the_scratch_space_follows_the_limits() -> None:
    dev = DEPLOYMENTS["dev"]
    limits = replace(dev.stage.limits, upload_bytes=1024 * 2**20, artifact_bytes=256 * 2**20)
    larger = replace(dev, stage=replace(dev.stage, limits=limits))

    assert larger.scratch_mib["trainer"] == 2 * (1024 + 256 + 256)


def test_cdk_nag_finds_nothing_that_is_not_acknowledged(stage: Template) -> None:
    [report] = stage.report["pluginReports"]

    assert (report["pluginName"], report["conclusion"], report["violations"]) == ("AwsSolutions", "success", [])


def test_each_finding_that_stands_is_on_one_resource_and_has_its_reason(stage: Template, stack_name: StackName) -> None:
    [report] = stage.report["pluginReports"]
    standing = {
        (found["ruleName"].partition("[")[0], found["acknowledgedAt"]): found["reason"]
        for found in report["suppressedViolations"]
    }

    assert set(standing) == STANDING_IN[stack_name]
    assert [reason for reason in standing.values() if len(reason.split()) < 10] == []


def test_cdk_warns_of_nothing(stage: Template) -> None:
    metadata = json.loads((stage.folder / "MiniMl.metadata.json").read_text())

    warned = [
        (path, one["data"]) for path, found in metadata.items() for one in found if one["type"] == "aws:cdk:warning"
    ]
    assert warned == []


def test_cfn_lint_finds_nothing(stage: Template) -> None:
    lint = str(Path(sys.executable).with_name("cfn-lint"))
    done = subprocess.run(
        [lint, "--ignore-checks", CDK_WRITES_THEM, "--", str(stage.path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_prod_builds_on_the_image_with_the_digest_of_the_context(prod: Template) -> None:
    assets = json.loads((prod.folder / "MiniMl.assets.json").read_text())["dockerImages"].values()

    assert {one["source"]["dockerBuildArgs"]["BASE_IMAGE"] for one in assets} == {
        "python:3.12-slim@sha256:" + "0123456789abcdef" * 4
    }


@pytest.mark.parametrize("image", [None, "", "python:3.12-slim", "python@sha256:0123", "a b@sha256:" + "0" * 64])
def test_prod_refuses_a_base_image_without_a_digest(image: str | None) -> None:
    with pytest.raises(ValueError, match=r"Stage prod needs a base image with a digest.*make base-image"):
        select_deployment({"stage": "prod", "base_image": image})


def test_dev_builds_on_any_base_image() -> None:
    assert select_deployment({}).base_image is None
    assert select_deployment({"base_image": "python:3.12-slim"}).base_image == "python:3.12-slim"


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        ({"memory_mib": "trainer=lots"}, "memory_mib needs a number for trainer, for example memory_mib=trainer=10"),
        ({"memory_mib": "8192"}, "memory_mib names an unknown function in 8192. Use one of api, sweeper, trainer"),
        ({"memory_mib": "trainer=20000"}, "memory_mib must be 128 to 10,240 for trainer, not 20,000"),
        ({"memory_mib": "api=512,api=1024"}, "memory_mib names api twice"),
        ({"reserved_concurrency": "trainer=10"}, "Stage dev reserves no concurrency"),
        ({"account_log_role": "off"}, "account_log_role must be set or keep, not off"),
    ],
)
def test_a_context_value_that_cannot_be_used_is_refused(context: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        select_deployment(context)


@pytest.mark.parametrize(
    ("reserved", "reason"),
    [
        ("trainer=9", "reserved_concurrency must be at least 10 for trainer, not 9"),
        ("sweeper=10", "reserved_concurrency must be at least 11 for sweeper, not 10"),
        ("predict=0", "reserved_concurrency must be at least 1 for predict, not 0"),
    ],
)
def test_a_function_is_not_reserved_less_than_its_queue_and_its_schedule_use(reserved: str, reason: str) -> None:
    context = {"stage": "prod", "base_image": "python@sha256:" + "0" * 64, "reserved_concurrency": reserved}

    with pytest.raises(ValueError, match=re.escape(reason)):
        select_deployment(context)


def test_one_image_for_each_service(template: Template) -> None:
    assets = json.loads((template.folder / "MiniMl.assets.json").read_text())["dockerImages"]

    assert sorted(asset["source"]["dockerBuildArgs"]["SERVICE"] for asset in assets.values()) == [
        "api",
        "predict",
        "trainer",
    ]
    assert [asset for asset in assets.values() if "dockerFile" in asset["source"]] == []  # the default is Dockerfile


@pytest.mark.parametrize("service", ["api", "trainer", "predict"])
def test_an_image_is_built_of_its_service_the_library_and_its_pins_alone(template: Template, service: str) -> None:
    assets = json.loads((template.folder / "MiniMl.assets.json").read_text())["dockerImages"].values()
    [source] = [one["source"] for one in assets if one["source"]["dockerBuildArgs"] == {"SERVICE": service}]
    folder = template.folder / source["directory"]
    files = {path.relative_to(folder).parts[:2] for path in folder.rglob("*") if path.is_file()}

    assert (folder / "Dockerfile").is_file()
    assert {parts for parts in files if parts[0] != "mini_ml"} == {
        (".dockerignore",),
        ("Dockerfile",),
        ("functions", "__init__.py"),
        ("functions", service),
        ("requirements", f"{service}.txt"),
    }


def test_the_outputs_say_how_to_read_the_admin_key_and_not_the_key(template: Template) -> None:
    [secret] = template.of_type("AWS::SecretsManager::Secret").values()
    command = template.text(template.body["Outputs"]["ReadAdminKey"]["Value"])

    assert secret["GenerateSecretString"] == {
        "PasswordLength": 48,
        "ExcludeCharacters": string.punctuation,
        "IncludeSpace": False,
    }
    assert "SecretString" not in secret
    assert command.startswith(
        "export MINI_ML_API_KEY=$(aws secretsmanager get-secret-value --region us-east-1 --secret-id "
    )
    assert command.endswith(" --query SecretString --output text)")


def test_the_outputs_are_addresses_and_lines_to_paste(template: Template) -> None:
    assert set(template.body["Outputs"]) == {
        "ApiUrl",
        "UploadsBucket",
        "ArtifactsBucket",
        "SealKeyArn",
        "AdminKeyArn",
        "ReadAdminKey",
        "TrainByHttp",
        "PredictByHttp",
        "TrainByS3",
        "AlarmTopicArn",
        "DashboardUrl",
        "UploaderPolicyArn",
        "ReaderPolicyArn",
    }
