"""Synthesis needs nothing but Python, and what comes out of it is clean."""

import json
import string
import subprocess
import sys
from pathlib import Path

import pytest

from infra.authentication import authentication_of
from infra.stages import DEPLOYMENTS, Deployment, select_deployment
from tests.fixtures.synthesis import Synthesised, Template

CDK_WRITES_THEM = "W3005"
"""CDK names a function's role among its dependencies although the function refers to it already."""


@pytest.fixture(params=["template", "prod", "watched", "private"])
def stage(request: pytest.FixtureRequest) -> Template:
    """The stack of each stage."""
    found: Template = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def placed(synthesised: Synthesised) -> Template:
    """The stack of a given account and region, which asks nobody for a credential."""
    return synthesised("placed")


def test_no_context_at_all_gives_the_dev_stage_for_this_machine(template: Template) -> None:
    functions = template.named("AWS::Lambda::Function", "FunctionName")

    assert set(functions) == {
        "mini-ml-dev-api",
        "mini-ml-dev-trainer",
        "mini-ml-dev-predict",
        "mini-ml-dev-predict-batch",
    }
    assert {tuple(found["Architectures"]) for found in functions.values()} == {
        (select_deployment(None, None).architecture,)
    }


def test_the_context_chooses_stage_architecture_and_an_earlier_key(prod: Template) -> None:
    trainer = prod.named("AWS::Lambda::Function", "FunctionName")["mini-ml-prod-trainer"]

    assert (trainer["Architectures"], trainer["MemorySize"]) == (["arm64"], 8192)
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
    context = {"api_keys": "ci:train:ab", "jwt_issuer": "i", "jwt_audience": "a", "jwt_jwks_url": "https://u"}

    assert authentication_of(context).settings == {
        "MINI_ML_AUTH": "on",
        "MINI_ML_API_KEYS": "ci:train:ab",
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


def test_nobody_is_asked_for_a_credential_where_the_context_says_so(placed: Template) -> None:
    functions = placed.of_type("AWS::Lambda::Function").values()
    variables = [function["Environment"]["Variables"] for function in functions]

    assert {told["MINI_ML_AUTH"] for told in variables} == {"off"}
    assert [told for told in variables if "MINI_ML_ADMIN_KEY_SECRET_ID" in told] == []
    assert placed.of_type("AWS::SecretsManager::Secret") == {}
    assert {"AdminKeyArn", "ReadAdminKey"}.isdisjoint(placed.body["Outputs"])


def test_another_stage_or_architecture_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"Unknown stage live\. Use one of dev, prod"):
        select_deployment("live", None)
    with pytest.raises(ValueError, match=r"does not support the architecture riscv64\. Use arm64 or x86_64"):
        select_deployment(None, "riscv64")


@pytest.mark.parametrize("deployment", DEPLOYMENTS.values(), ids=DEPLOYMENTS)
def test_the_scratch_space_takes_the_largest_files(deployment: Deployment) -> None:
    largest = deployment.stage.limits.upload_bytes // 2**20

    assert deployment.scratch_mib["trainer"] >= 3 * largest
    assert deployment.scratch_mib["predict-batch"] >= 3 * largest
    assert deployment.scratch_mib["predict"] >= deployment.stage.limits.artifact_bytes // 2**20


def test_cdk_nag_finds_nothing_that_is_not_acknowledged(stage: Template) -> None:
    [report] = stage.report["pluginReports"]

    assert (report["pluginName"], report["conclusion"], report["violations"]) == ("AwsSolutions", "success", [])


def test_twelve_findings_stand_each_on_one_resource_and_with_its_reason(stage: Template) -> None:
    [report] = stage.report["pluginReports"]
    standing = {
        (found["ruleName"].partition("[")[0], found["acknowledgedAt"]): found["reason"]
        for found in report["suppressedViolations"]
    }

    assert sorted(standing) == [
        ("AwsSolutions-APIG2", "MiniMl/Api/Rest"),
        ("AwsSolutions-APIG3", "MiniMl/Api/Rest"),
        ("AwsSolutions-APIG4", "MiniMl/Api/Rest"),
        ("AwsSolutions-COG4", "MiniMl/Api/Rest"),
        ("AwsSolutions-IAM4", "MiniMl/GatewayLogs/Role"),
        ("AwsSolutions-IAM5", "MiniMl/Functions/api/Role"),
        ("AwsSolutions-IAM5", "MiniMl/Functions/predict-batch/Role"),
        ("AwsSolutions-IAM5", "MiniMl/Functions/predict/Role"),
        ("AwsSolutions-IAM5", "MiniMl/Functions/trainer/Role"),
        ("AwsSolutions-IAM5", "MiniMl/Operations/Policies/Reader"),
        ("AwsSolutions-IAM5", "MiniMl/Operations/Policies/Uploader"),
        ("AwsSolutions-SMG4", "MiniMl/AdminKey"),
    ]
    assert [reason for reason in standing.values() if len(reason.split()) < 10] == []


def test_cdk_warns_of_nothing(stage: Template) -> None:
    metadata = json.loads((stage.folder / "MiniMl.metadata.json").read_text())

    warned = [
        (path, one["data"]) for path, told in metadata.items() for one in told if one["type"] == "aws:cdk:warning"
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


def test_whoever_deploys_is_told_how_to_read_the_admin_key_and_not_the_key(template: Template) -> None:
    [secret] = template.of_type("AWS::SecretsManager::Secret").values()
    told = template.text(template.body["Outputs"]["ReadAdminKey"]["Value"])

    assert secret["GenerateSecretString"] == {
        "PasswordLength": 48,
        "ExcludeCharacters": string.punctuation,
        "IncludeSpace": False,
    }
    assert "SecretString" not in secret
    assert told.startswith(
        "export MINI_ML_API_KEY=$(aws secretsmanager get-secret-value --region us-east-1 --secret-id "
    )
    assert told.endswith(" --query SecretString --output text)")


def test_whoever_deploys_is_told_the_addresses_and_lines_to_paste(template: Template) -> None:
    told = set(template.body["Outputs"])

    assert told == {
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
