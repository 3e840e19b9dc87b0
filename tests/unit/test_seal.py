"""The seal over digests."""

import hashlib
import hmac

from mini_ml.adapters.aws.seal import HmacSeal, RotatedSeal

DIGEST = hashlib.sha256(b"model").digest()


def test_a_seal_verifies_for_its_digest_under_its_key() -> None:
    seal = HmacSeal(b"key")

    assert seal.verify(DIGEST, seal.sign(DIGEST))


def test_a_seal_does_not_verify_for_another_digest_or_key() -> None:
    seal = HmacSeal(b"key")

    assert not seal.verify(hashlib.sha256(b"other").digest(), seal.sign(DIGEST))
    assert not HmacSeal(b"other key").verify(DIGEST, seal.sign(DIGEST))


def test_an_invalid_seal_does_not_verify() -> None:
    assert not HmacSeal(b"key").verify(DIGEST, "")
    assert not HmacSeal(b"key").verify(DIGEST, "ç")


def test_a_mac_for_another_purpose_is_not_a_seal() -> None:
    other = hmac.new(b"key", DIGEST, hashlib.sha256).hexdigest()

    assert not HmacSeal(b"key").verify(DIGEST, other)


def test_a_seal_names_its_key_without_revealing_it() -> None:
    ours, theirs = HmacSeal(b"key"), HmacSeal(b"other key")

    assert ours.sign(DIGEST).partition(".")[0] == ours.key_id
    assert ours.key_id != theirs.key_id
    assert len(ours.key_id) == 16


def test_a_seal_that_names_another_key_does_not_verify() -> None:
    seal = HmacSeal(b"key")
    mac = seal.sign(DIGEST).partition(".")[2]

    assert not seal.verify(DIGEST, f"{HmacSeal(b'other key').key_id}.{mac}")


def test_a_seal_without_a_key_name_verifies() -> None:
    seal = HmacSeal(b"key")

    assert seal.verify(DIGEST, seal.sign(DIGEST).partition(".")[2])


def test_a_seal_without_a_key_name_verifies_under_an_earlier_key() -> None:
    earlier = HmacSeal(b"earlier")
    nameless = earlier.sign(DIGEST).partition(".")[2]

    assert RotatedSeal(HmacSeal(b"present"), [earlier]).verify(DIGEST, nameless)
