"""A token is accepted if the issuer signed it, for this audience and this time; every other token is rejected."""

import base64
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.adapters.auth.tokens import TokenVerifier
from mini_ml.errors import CredentialsUnavailable, Unauthenticated
from tests.fixtures.issuer import AUDIENCE, ISSUER, Issuer, build_jwk, claims, rsa_key, running_issuer


@pytest.fixture(scope="module")
def running() -> Iterator[Issuer]:
    with running_issuer() as issuer:
        yield issuer


@pytest.fixture
def issuer(running: Issuer, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    """The issuer as it is when nothing is wrong with it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running.publish()
    running.status = 200
    running.delay_seconds = 0.0
    running.fetches.clear()
    return running


def tokens_of(issuer: Issuer, **changed: Any) -> TokenVerifier:
    return TokenVerifier(issuer=ISSUER, audience=AUDIENCE, jwks_url=issuer.url, **{"leeway_seconds": 30, **changed})


@pytest.mark.parametrize("key_id", ["rsa", "ec"])
def test_a_token_of_the_issuer_identifies_its_subject(issuer: Issuer, key_id: str) -> None:
    caller = tokens_of(issuer).verify(issuer.token(key_id, sub="ana", scope="read predict"))

    assert (caller.name, caller.scopes) == ("ana", frozenset({"read", "predict"}))


@pytest.mark.parametrize(
    ("given", "scopes"),
    [
        ({"scope": "train openid"}, {"train"}),
        ({"scope": None, "scp": ["predict", 7]}, {"predict"}),
        ({"scope": None, "scp": "read admin"}, {"read", "admin"}),
        ({"scope": None}, set()),
        ({"scope": {"train": True}}, set()),
        ({"scope": "TRAIN"}, set()),
    ],
)
def test_scopes_are_read_from_scope_and_scp_and_unknown_scopes_are_ignored(
    issuer: Issuer, given: dict[str, Any], scopes: set[str]
) -> None:
    assert tokens_of(issuer).verify(issuer.token(**given)).scopes == scopes


NEXT_YEAR = int(time.time()) + 365 * 86_400
"""Later than the end of any run: parameters are made when tests are collected."""


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://other.example/"},
        {"iss": None},
        {"aud": "another-service"},
        {"aud": ["another-service"]},
        {"aud": None},
        {"exp": None},
        {"exp": "soon"},
        {"exp": float("inf")},
        {"nbf": NEXT_YEAR},
        {"iat": NEXT_YEAR},
        {"sub": 7},
    ],
    ids=lambda changed: str({name: "next year" if value == NEXT_YEAR else value for name, value in changed.items()}),
)
def test_a_token_with_other_claims_is_rejected(issuer: Issuer, changed: dict[str, Any]) -> None:
    token = _sign(issuer, {**claims(), **changed})

    with pytest.raises(Unauthenticated, match="not valid for this platform"):
        tokens_of(issuer).verify(token)


def _sign(issuer: Issuer, content: dict[str, Any]) -> str:
    """Sign a token with any claims, including those that the library rejects."""
    present = {name: value for name, value in content.items() if value is not None}
    body = json.dumps(present).encode()
    return jwt.PyJWS().encode(body, issuer.keys["rsa"], algorithm="RS256", headers={"kid": "rsa", "typ": "JWT"})


def test_an_expired_token_is_rejected_as_expired(issuer: Issuer) -> None:
    with pytest.raises(Unauthenticated, match="has expired"):
        tokens_of(issuer).verify(issuer.token(exp=int(time.time()) - 120))


def test_clocks_may_differ_by_the_leeway_only(issuer: Issuer) -> None:
    late = issuer.token(exp=int(time.time()) - 60)

    assert tokens_of(issuer, leeway_seconds=300).verify(late).name == "ana"
    with pytest.raises(Unauthenticated):
        tokens_of(issuer, leeway_seconds=5).verify(late)


def test_a_token_without_a_signature_is_rejected(issuer: Issuer) -> None:
    unsigned = jwt.encode(claims(), key="", algorithm="none", headers={"kid": "rsa"})

    with pytest.raises(Unauthenticated):
        tokens_of(issuer).verify(unsigned)
    assert issuer.fetches == []


def test_a_token_signed_with_the_public_key_as_secret_is_rejected(issuer: Issuer) -> None:
    """The attacker signs with HS256 and uses the published RSA key as the secret."""
    public = issuer.keys["rsa"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = jwt.api_jws.PyJWS()
    signed._algorithms["HS256"].prepare_key = lambda key: key  # type: ignore[method-assign]
    forged = signed.encode(json.dumps(claims()).encode(), public, algorithm="HS256", headers={"kid": "rsa"})

    with pytest.raises(Unauthenticated):
        tokens_of(issuer).verify(forged)


def test_a_shared_secret_in_the_key_set_verifies_nothing(issuer: Issuer) -> None:
    secret = b"s" * 32
    oct_key = {"kty": "oct", "kid": "shared", "k": base64.urlsafe_b64encode(secret).decode().rstrip("=")}
    issuer.publish(oct_key)

    with pytest.raises(Unauthenticated):
        tokens_of(issuer).verify(jwt.encode(claims(), secret, algorithm="HS256", headers={"kid": "shared"}))


def test_another_key_with_the_id_of_ours_signs_nothing(issuer: Issuer) -> None:
    forged = jwt.encode(claims(), rsa_key(), algorithm="RS256", headers={"kid": "rsa"})

    with pytest.raises(Unauthenticated):
        tokens_of(issuer).verify(forged)


def test_a_key_that_is_too_short_signs_nothing(issuer: Issuer) -> None:
    weak = rsa_key(1024)
    issuer.publish(build_jwk(weak, "weak"))
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = jwt.encode(claims(), weak, algorithm="RS256", headers={"kid": "weak"})

    with pytest.raises(Unauthenticated):
        tokens_of(issuer).verify(token)


def test_a_key_for_encryption_signs_nothing(issuer: Issuer) -> None:
    issuer.publish(build_jwk(issuer.keys["rsa"], "rsa", use="enc"), build_jwk(issuer.keys["ec"], "ec"))
    tokens = tokens_of(issuer)

    for _ in ("fetched", "kept"):
        with pytest.raises(Unauthenticated):
            tokens.verify(issuer.token("rsa"))
        tokens.verify(issuer.token("ec"))


def test_an_address_of_keys_in_a_token_is_ignored(issuer: Issuer) -> None:
    elsewhere = f"{issuer.url}/of-the-attacker"
    token = issuer.token(headers={"jku": elsewhere, "x5u": elsewhere})

    tokens_of(issuer).verify(token)

    assert issuer.fetches == ["/jwks.json"]


@pytest.mark.parametrize("headers", [{"kid": ""}, {"alg": "RS512"}], ids=str)
def test_a_token_must_name_its_key_and_an_allowed_algorithm(issuer: Issuer, headers: dict[str, Any]) -> None:
    token = issuer.token(headers=headers)

    with pytest.raises(Unauthenticated):
        tokens_of(issuer).verify(token)


def test_a_token_that_is_too_long_is_not_parsed(issuer: Issuer) -> None:
    with pytest.raises(Unauthenticated, match="8,192 characters"):
        tokens_of(issuer).verify(issuer.token(sub="x" * 9000))
    assert issuer.fetches == []


def test_the_keys_are_fetched_once_for_many_callers_at_once(issuer: Issuer) -> None:
    tokens, token = tokens_of(issuer), issuer.token()
    issuer.delay_seconds = 0.1  # so that all of them have come before the first answer

    with ThreadPoolExecutor(16) as pool:
        names = {caller.name for caller in pool.map(tokens.verify, [token] * 64)}

    assert (names, issuer.fetches) == ({"ana"}, ["/jwks.json"])


def test_a_new_key_of_the_issuer_replaces_the_old_key(issuer: Issuer) -> None:
    tokens = tokens_of(issuer, pause_seconds=0.0)
    before = tokens.verify(issuer.token("rsa")).name
    issuer.publish(build_jwk(issuer.keys["ec"], "ec-new"))

    after = tokens.verify(issuer.token("ec", headers={"kid": "ec-new"})).name

    assert (before, after) == ("ana", "ana")
    with pytest.raises(Unauthenticated):
        tokens.verify(issuer.token("rsa"))


def test_unknown_keys_cause_no_repeated_requests_to_the_issuer(issuer: Issuer) -> None:
    tokens = tokens_of(issuer)

    for number in range(20):
        with pytest.raises(Unauthenticated):
            tokens.verify(issuer.token(headers={"kid": f"made-up-{number}"}))

    assert len(issuer.fetches) == 1


@pytest.mark.parametrize(
    ("status", "document"),
    [(500, b""), (404, b"{}"), (302, b""), (200, b"<html>"), (200, b"[]"), (200, b'{"keys": []}'), (200, b"\xff")],
)
def test_an_unavailable_issuer_does_not_make_a_token_wrong(issuer: Issuer, status: int, document: bytes) -> None:
    issuer.status, issuer.document = status, document
    tokens = tokens_of(issuer)

    for _ in range(5):
        with pytest.raises(CredentialsUnavailable):
            tokens.verify(issuer.token())

    assert len(issuer.fetches) == 1  # and is left alone for a while


def test_an_address_without_a_server_does_not_make_a_token_wrong(issuer: Issuer) -> None:
    tokens = tokens_of(issuer)
    tokens._keys.uri = "http://127.0.0.1:9/jwks.json"

    with pytest.raises(CredentialsUnavailable):
        tokens.verify(issuer.token())


def test_an_issuer_that_is_available_again_is_asked_again(issuer: Issuer) -> None:
    moments = iter([0.0, 0.0, 31.0, 31.0])
    tokens = tokens_of(issuer, clock=lambda: next(moments))
    issuer.status = 500
    with pytest.raises(CredentialsUnavailable):
        tokens.verify(issuer.token())
    issuer.status = 200

    assert tokens.verify(issuer.token()).name == "ana"


def test_known_keys_stay_valid_while_the_issuer_is_unavailable(issuer: Issuer) -> None:
    moments = iter([0.0, 0.0, 10.0, 5.0])
    tokens = tokens_of(issuer, pause_seconds=0.0, clock=lambda: next(moments))
    tokens.verify(issuer.token())
    issuer.status = 500
    for _ in range(2):  # the second time within the pause after the failure
        with pytest.raises(CredentialsUnavailable):
            tokens.verify(issuer.token(headers={"kid": "made-up"}))

    assert tokens.verify(issuer.token()).name == "ana"
    assert len(issuer.fetches) == 2


@given(header=st.binary(max_size=60), body=st.binary(max_size=60), signature=st.binary(max_size=60))
def test_no_bytes_cause_a_server_error(running: Issuer, header: bytes, body: bytes, signature: bytes) -> None:
    parts = (base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (header, body, signature))

    with pytest.raises(Unauthenticated):
        tokens_of(running).verify(".".join(parts))


@pytest.mark.parametrize(
    "header",
    [
        b"[" * 6000,
        b'{"alg":"RS256","kid":' + b"9" * 5000 + b"}",
        b'{"alg":"RS256"}',
        b'{"alg":["RS256"],"kid":"rsa"}',
        b'{"alg":{},"kid":"rsa"}',
        b'{"alg":"RS256","kid":"rsa","crit":["b64"],"b64":false}',
        b"\xff\xfe",
    ],
    ids=lambda header: header[:20],
)
def test_no_token_header_causes_a_server_error(issuer: Issuer, header: bytes) -> None:
    token = base64.urlsafe_b64encode(header).decode().rstrip("=") + ".e30.AAAA"

    with pytest.raises(Unauthenticated):
        tokens_of(issuer).verify(token)
