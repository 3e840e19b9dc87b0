"""The seal over digests."""

import hashlib
import hmac

from mini_ml.adapters.aws.seal import HmacSeal

DIGEST = hashlib.sha256(b"model").digest()


def test_a_seal_verifies_for_its_digest_under_its_key() -> None:
    seal = HmacSeal(b"key")

    assert seal.verify(DIGEST, seal.sign(DIGEST))


def test_a_seal_does_not_verify_for_another_digest_or_key() -> None:
    seal = HmacSeal(b"key")

    assert not seal.verify(hashlib.sha256(b"other").digest(), seal.sign(DIGEST))
    assert not HmacSeal(b"other key").verify(DIGEST, seal.sign(DIGEST))


def test_what_is_no_seal_does_not_verify() -> None:
    assert not HmacSeal(b"key").verify(DIGEST, "")
    assert not HmacSeal(b"key").verify(DIGEST, "ç")


def test_a_mac_that_the_key_made_for_another_purpose_is_no_seal() -> None:
    other = hmac.new(b"key", DIGEST, hashlib.sha256).hexdigest()

    assert not HmacSeal(b"key").verify(DIGEST, other)
