"""The contract of every Seal, with the key in KMS or in the settings."""

import hashlib

import boto3
import pytest
from botocore.config import Config

from mini_ml.adapters.aws.seal import HmacSeal, KmsSeal, RotatedSeal
from mini_ml.adapters.settings import CloudSettings
from mini_ml.errors import StorageUnavailable
from mini_ml.ports import Seal
from tests.contract.conftest import new_seal

DIGEST = hashlib.sha256(b"model").digest()


def test_a_seal_verifies_for_its_digest(seal: Seal) -> None:
    assert seal.verify(DIGEST, seal.sign(DIGEST))


def test_a_seal_does_not_verify_for_another_digest(seal: Seal) -> None:
    assert not seal.verify(hashlib.sha256(b"other").digest(), seal.sign(DIGEST))


@pytest.mark.parametrize("kind", ["secret", "moto", "ministack"])
def test_after_a_rotation_seals_of_the_earlier_key_verify_and_new_ones_are_made_with_the_present_key(
    kind: str, request: pytest.FixtureRequest
) -> None:
    earlier, present = new_seal(kind, request), new_seal(kind, request)
    rotated = RotatedSeal(present, [earlier])

    made = rotated.sign(DIGEST)

    assert rotated.verify(DIGEST, earlier.sign(DIGEST))
    assert rotated.verify(DIGEST, made)
    assert present.verify(DIGEST, made)
    assert not earlier.verify(DIGEST, made)


@pytest.mark.parametrize("kind", ["secret", "moto", "ministack"])
def test_a_seal_of_a_key_that_is_not_listed_does_not_verify(kind: str, request: pytest.FixtureRequest) -> None:
    rotated = RotatedSeal(new_seal(kind, request), [new_seal(kind, request)])

    assert not rotated.verify(DIGEST, new_seal(kind, request).sign(DIGEST))


@pytest.mark.parametrize("kind", ["secret", "moto", "ministack"])
def test_a_seal_does_not_verify_under_another_key(kind: str, request: pytest.FixtureRequest) -> None:
    ours, theirs = new_seal(kind, request), new_seal(kind, request)

    assert not ours.verify(DIGEST, theirs.sign(DIGEST))


@pytest.mark.parametrize("forged", ["", "ç", "zz", "00", "00" * 32, "." + "00" * 32, "a." + "00" * 32])
def test_an_invalid_seal_does_not_verify(seal: Seal, forged: str) -> None:
    assert not seal.verify(DIGEST, forged)


def test_a_seal_names_its_key(seal: Seal) -> None:
    assert seal.sign(DIGEST).startswith(f"{seal.key_id}.")


def test_a_digest_has_one_seal_under_one_key(seal: Seal) -> None:
    assert seal.sign(DIGEST) == seal.sign(DIGEST)


def test_a_missing_key_is_unavailable_and_never_a_wrong_seal(emulated: CloudSettings) -> None:
    seal = KmsSeal(boto3.client("kms"), "00000000-0000-0000-0000-000000000000")

    with pytest.raises(StorageUnavailable):
        seal.sign(DIGEST)
    with pytest.raises(StorageUnavailable):
        seal.verify(DIGEST, "00" * 32)


def test_a_missing_earlier_key_does_not_affect_seals_of_the_present_key(emulated: CloudSettings) -> None:
    gone = KmsSeal(boto3.client("kms"), "00000000-0000-0000-0000-000000000000")
    rotated = RotatedSeal(HmacSeal(b"present"), [gone])

    assert rotated.verify(DIGEST, rotated.sign(DIGEST))
    with pytest.raises(StorageUnavailable):
        rotated.verify(DIGEST, f"{gone.key_id}.{'00' * 32}")


def test_a_key_service_that_does_not_answer_is_unavailable(emulated: CloudSettings) -> None:
    quick = Config(connect_timeout=1, retries={"total_max_attempts": 1})
    seal = KmsSeal(boto3.client("kms", endpoint_url="http://127.0.0.1:1", config=quick), "key")

    with pytest.raises(StorageUnavailable):
        seal.sign(DIGEST)
    with pytest.raises(StorageUnavailable):
        seal.verify(DIGEST, "00" * 32)
