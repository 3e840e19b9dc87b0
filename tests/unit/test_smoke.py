"""`make smoke` reports every step, even if one raises, and signs for any region."""

import httpx2
import pytest
from botocore.exceptions import ClientError

from tests.smoke import run
from tests.smoke.site import Site, require


@pytest.fixture
def frankfurt(monkeypatch: pytest.MonkeyPatch) -> Site:
    """A stack on AWS, of which nothing is called."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    return Site(stage="dev", api_url="https://api.example", uploads_bucket="uploads", artifacts_bucket="artifacts")


def raise_access_denied(_: Site) -> None:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no\nright"}}, "SimulatePrincipalPolicy")


def raise_timeout(_: Site) -> None:
    raise httpx2.ReadTimeout("timed out")


def fail_a_check(_: Site) -> None:
    require(False, "It is not so.")


def pass_a_check(_: Site) -> None:
    require(True, "It is so.")


def test_every_step_has_a_line_even_if_another_step_raises(frankfurt: Site, capsys: pytest.CaptureFixture[str]) -> None:
    failed = run.tell(
        frankfurt,
        {"asks IAM": raise_access_denied, "waits": raise_timeout},
        {"looks": fail_a_check, "looks again": pass_a_check},
    )

    lines = capsys.readouterr().out.splitlines()
    assert failed == 3
    assert [line.partition("FAILED: ")[2] for line in lines] == [
        "ClientError: An error occurred (AccessDenied) when calling the SimulatePrincipalPolicy operation: no right",
        "ReadTimeout: timed out",
        "It is not so.",
        "",
    ]


def test_an_address_is_signed_for_the_region_of_its_bucket(frankfurt: Site) -> None:
    address = frankfurt.aws("s3").generate_presigned_url("put_object", Params={"Bucket": "uploads", "Key": "x"})

    assert address.startswith("https://uploads.s3.eu-central-1.amazonaws.com/x?")


@pytest.mark.parametrize("arguments", [[], ["dev", "prod"]])
def test_without_exactly_one_stage_it_prints_its_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="Usage: make smoke STAGE=dev"):
        run.main(arguments)
