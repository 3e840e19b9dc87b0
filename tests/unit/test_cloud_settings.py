"""Where the cloud is, by environment variables."""

import hashlib
import json

import boto3
import pytest
from pydantic import SecretStr, ValidationError

from mini_ml.adapters.aws.clients import build_cloud, s3_client
from mini_ml.adapters.aws.seal import HmacSeal, KmsSeal
from mini_ml.adapters.settings import CloudSettings
from tests.fixtures.emulated import cloud_environment, moto_aws

KEY = SecretStr("0123456789abcdef")
DIGEST = hashlib.sha256(b"model").digest()


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    for name in (
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
        "AWS_PROFILE",
        "MINI_ML_ACCEPTED_SEAL_KEYS",
        "MINI_ML_SEAL_KEY",
        "MINI_ML_SEAL_KEY_ID",
        "MINI_ML_STAGE",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def required(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the required variables of a service on AWS, except the seal key."""
    for name, value in cloud_environment(None, stage="dev").items():
        if name != "MINI_ML_SEAL_KEY":
            monkeypatch.setenv(name, value)


@pytest.mark.parametrize("stage", ["local", "test"])
@pytest.mark.usefixtures("required")
def test_an_emulated_stage_requires_an_endpoint(stage: str) -> None:
    with pytest.raises(ValidationError, match=f"AWS_ENDPOINT_URL is required in the stage {stage}"):
        CloudSettings(stage=stage, seal_key=KEY)


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
@pytest.mark.usefixtures("required")
def test_the_endpoint_has_the_variables_of_boto3(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:4566")

    assert CloudSettings(stage="local", seal_key=KEY).aws_endpoint_url == "http://127.0.0.1:4566"


@pytest.mark.usefixtures("required")
def test_the_environment_sets_fields_by_their_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINI_ML_STAGE", "prod")
    monkeypatch.setenv("MINI_ML_SEAL_KEY", "from the environment")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")

    settings = CloudSettings()

    assert settings.topology.name == "prod"
    assert settings.aws_endpoint_url == "http://127.0.0.1:4566"


@pytest.mark.parametrize("variable", ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "MINI_ML_MEMORY_MIB"])
@pytest.mark.usefixtures("required")
def test_jobs_are_held_against_the_memory_that_the_function_has(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "8192")

    stage = CloudSettings(seal_key=KEY).topology

    assert (stage.training_limits.estimated_memory_mib, stage.batch_limits.estimated_memory_mib) == (6963, 6963)
    assert stage.name == "dev"


@pytest.mark.usefixtures("required")
def test_without_a_given_memory_jobs_are_held_against_that_of_the_stage() -> None:
    assert CloudSettings(seal_key=KEY).topology.training_limits.estimated_memory_mib == 2556


@pytest.mark.usefixtures("required")
def test_there_is_no_default_secret_and_no_short_one() -> None:
    with pytest.raises(ValidationError, match="exactly one of MINI_ML_SEAL_KEY and MINI_ML_SEAL_KEY_ID"):
        CloudSettings()
    with pytest.raises(ValidationError, match="seal_key"):
        CloudSettings(seal_key=SecretStr("short"))


@pytest.mark.usefixtures("required")
def test_a_key_in_kms_stands_in_for_the_secret_and_not_beside_it() -> None:
    assert isinstance(build_cloud(CloudSettings(seal_key_id="arn:aws:kms:eu-west-1:1:key/a")).seal, KmsSeal)
    with pytest.raises(ValidationError, match="exactly one of MINI_ML_SEAL_KEY and MINI_ML_SEAL_KEY_ID"):
        CloudSettings(seal_key=KEY, seal_key_id="arn:aws:kms:eu-west-1:1:key/a")


@pytest.mark.usefixtures("required")
def test_earlier_secrets_still_verify_and_the_present_one_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "MINI_ML_ACCEPTED_SEAL_KEYS", '["a key with spaces, and a comma", "another key of earlier times"]'
    )

    seal = build_cloud(CloudSettings(seal_key=KEY)).seal

    assert seal.sign(DIGEST) == HmacSeal(b"0123456789abcdef").sign(DIGEST)
    for key in (b"0123456789abcdef", b"a key with spaces, and a comma", b"another key of earlier times"):
        assert seal.verify(DIGEST, HmacSeal(key).sign(DIGEST))


@pytest.mark.usefixtures("required")
def test_earlier_keys_in_kms_still_verify(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with moto_aws():
        kms = boto3.client("kms")
        made = [kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"] for _ in range(2)]
        earlier, present = (key["Arn"] for key in made)
        monkeypatch.setenv("MINI_ML_ACCEPTED_SEAL_KEYS", json.dumps([earlier]))
        seal = build_cloud(CloudSettings(seal_key_id=present)).seal

        assert seal.key_id == present.rpartition("/")[2]
        assert seal.verify(DIGEST, KmsSeal(kms, earlier).sign(DIGEST))


@pytest.mark.parametrize(
    "text", ["arn:aws:kms:eu-west-1:1:key/a", '{"a": 1}', '["short"]', "[1]", '"a key of many characters"']
)
@pytest.mark.usefixtures("required")
def test_a_list_of_earlier_keys_that_cannot_be_read_is_rejected_without_showing_it(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINI_ML_ACCEPTED_SEAL_KEYS", text)

    with pytest.raises(
        ValidationError, match="a JSON list of keys is needed, each of at least 16 characters"
    ) as caught:
        CloudSettings(seal_key=KEY)

    assert text not in str(caught.value)


@pytest.mark.usefixtures("required")
def test_the_secret_is_not_shown() -> None:
    assert "0123456789abcdef" not in repr(CloudSettings(seal_key=KEY, accepted_seal_keys=(KEY,)))


@pytest.mark.usefixtures("required")
def test_an_unknown_stage_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="local, test, dev, prod"):
        CloudSettings(stage="production", seal_key=KEY)


@pytest.mark.usefixtures("required")
def test_settings_do_not_change() -> None:
    settings = CloudSettings(seal_key=KEY)

    with pytest.raises(ValidationError, match="frozen"):
        settings.stage = "prod"  # type: ignore[misc]  # the very thing under test


@pytest.mark.usefixtures("required")
def test_urls_on_aws_name_the_bucket_in_the_host_of_its_region() -> None:
    url = build_cloud(CloudSettings(seal_key=KEY)).uploads.presigned_get(
        "a", filename="a", media_type="a/b", expires_seconds=5
    )

    assert url.startswith("https://mini-ml-uploads.s3.eu-west-1.amazonaws.com/a?")
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url


@pytest.mark.usefixtures("required")
def test_urls_for_clients_are_signed_on_the_public_address() -> None:
    settings = CloudSettings(
        seal_key=KEY, aws_endpoint_url="http://emulator:4566", public_s3_url="http://localhost:4566"
    )
    cloud = build_cloud(settings)

    url = cloud.artifacts.presigned_get("a", filename="a", media_type="a/b", expires_seconds=5)
    form = cloud.uploads.presigned_post("a", metadata={}, max_bytes=5, expires_seconds=5)

    assert url.startswith("http://localhost:4566/mini-ml-artifacts/a?")
    assert form.url == "http://localhost:4566/mini-ml-uploads"
    assert s3_client(settings).meta.endpoint_url == "http://emulator:4566"


@pytest.mark.usefixtures("required")
def test_an_empty_address_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINI_ML_PUBLIC_S3_URL", "")

    assert CloudSettings(seal_key=KEY).public_s3_url is None
