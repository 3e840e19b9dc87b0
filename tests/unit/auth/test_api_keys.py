"""API keys are random, shown once, and stored as digests."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mini_ml.adapters.auth.api_keys import digest, find_principal, new_key, parse

DIGEST = "ab" * 32


def test_a_new_key_is_stored_only_as_its_digest() -> None:
    key, stored = new_key("ci", ["train", "read"])

    assert str(stored) == f"ci:read,train:{hashlib.sha256(key.encode()).hexdigest()}"
    assert key not in str(stored)


def test_keys_differ_and_have_256_random_bits() -> None:
    keys = {new_key("ci", ["read"])[0] for _ in range(100)}

    assert len(keys) == 100
    assert {len(key) for key in keys} == {len("mml_") + 43}


def test_a_stored_entry_reads_back() -> None:
    entries = [new_key(name, ["predict"])[1] for name in ("ana", "ci.2", "a-b_c")]

    assert list(parse("\n ".join(map(str, entries)))) == entries


def test_a_key_is_recognised_by_its_digest() -> None:
    (key, ci), (_, ana) = new_key("ci", ["train"]), new_key("ana", ["read"])

    found = find_principal(digest(key), [ana, ci])

    assert found is not None
    assert (found.name, found.scopes) == ("ci", frozenset({"train"}))


@given(st.text())
def test_other_credentials_are_rejected(text: str) -> None:
    _, stored = new_key("ci", ["train"])

    assert find_principal(digest(text), [stored]) is None


def test_the_stored_digest_is_not_a_key() -> None:
    _, stored = new_key("ci", ["train"])

    assert find_principal(digest(stored.sha256), [stored]) is None


def test_all_digests_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def compare(ours: str, shown: str) -> bool:
        compared.append(ours)
        return ours == shown

    monkeypatch.setattr(hmac, "compare_digest", compare)
    stored = [new_key(name, ["read"])[1] for name in ("a", "b", "c")]

    find_principal(stored[0].sha256, stored)

    assert compared == [key.sha256 for key in stored]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("ci:train", "entry 1 does not have the format name:scopes:digest"),
        (f"a:read:{DIGEST} mml_a-key-itself", "entry 2 does not have the format name:scopes:digest"),
        (f"ci:train:{DIGEST.upper()}", "entry 1 does not have"),
        (f"ci:train:{DIGEST}0", "entry 1 does not have"),
        (f"CI:train:{DIGEST}", "the name of a key must"),
        (f":train:{DIGEST}", "the name of a key must"),
        (f"ci::{DIGEST}", "one or more of the scopes admin, predict, read, train"),
        (f"ci:train,write:{DIGEST}", "one or more of the scopes admin, predict, read, train"),
        (f"a:read:{DIGEST} a:train:{DIGEST}", "two API keys have the same name"),
    ],
)
def test_an_unreadable_entry_is_reported_without_its_content(entries: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        parse(entries)

    assert "mml_" not in str(caught.value)
