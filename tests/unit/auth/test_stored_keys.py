"""Keys in the secret store are read on first use, and again when they may have changed."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from mini_ml.adapters.auth.api_keys import ApiKey, digest
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.auth.stored_keys import StoredKeys
from mini_ml.errors import CredentialsUnavailable
from tests.fixtures.coroutines import run

KEY = digest("the key")
OTHER = digest("another key")


@dataclass
class Store:
    """A secret store, and the time."""

    value: str = "the key"
    is_away: bool = False
    now: float = 0.0
    delay_seconds: float = 0.0
    """Before an answer, on the real clock."""
    reads: list[float] = field(default_factory=list)

    def read(self) -> str:
        self.reads.append(self.now)
        time.sleep(self.delay_seconds)
        if self.is_away:
            raise CredentialsUnavailable("away")
        return self.value

    def read_key(self) -> tuple[ApiKey, ...]:
        return (ApiKey(name="stored", scopes=frozenset({"read"}), sha256=digest(self.read())),)

    def key(self) -> StoredKeys:
        return StoredKeys(self.read_key, name="test", clock=lambda: self.now)


def matches(keys: StoredKeys, sha256: str) -> bool:
    return keys.find(sha256) is not None


def test_the_key_is_not_read_before_the_first_request() -> None:
    store = Store()
    store.key()

    assert store.reads == []


def test_only_the_key_is_accepted_and_it_is_read_once() -> None:
    store = Store()
    key = store.key()

    assert [matches(key, one) for one in (KEY, OTHER, KEY)] == [True, False, True]
    assert store.reads == [0.0]


def test_many_callers_at_once_read_once() -> None:
    store, together = Store(delay_seconds=0.1), threading.Barrier(16)
    key = store.key()

    def check_key() -> bool:
        together.wait()
        return matches(key, KEY)

    with ThreadPoolExecutor(16) as pool:
        answers = [answer.result() for answer in [pool.submit(check_key) for _ in range(16)]]

    assert (answers, len(store.reads)) == ([True] * 16, 1)


def test_a_rotated_key_is_accepted_after_the_pause() -> None:
    store = Store()
    key = store.key()
    matches(key, KEY)
    store.value, store.now = "another key", 11.0

    assert (matches(key, OTHER), matches(key, KEY)) == (True, False)


def test_the_old_key_is_rejected_after_five_minutes_even_if_the_new_key_was_not_used() -> None:
    store = Store()
    key = store.key()
    matches(key, KEY)
    store.value, store.now = "another key", 301.0

    assert matches(key, KEY) is False


def test_wrong_keys_cause_no_repeated_reads() -> None:
    store = Store()
    key = store.key()

    for tenth in range(300):  # half a minute of guessing
        store.now = tenth / 10
        matches(key, digest(f"guess {tenth}"))

    assert len(store.reads) == 3


def test_a_key_that_was_never_read_makes_every_request_fail_as_unavailable() -> None:
    store = Store(is_away=True)
    key = store.key()

    for _ in range(5):
        with pytest.raises(CredentialsUnavailable):
            matches(key, KEY)

    assert len(store.reads) == 1  # and the store is left alone for a while


def test_the_last_key_is_accepted_for_an_hour_while_the_store_is_unavailable() -> None:
    store = Store()
    key = store.key()
    matches(key, KEY)
    store.is_away, store.now = True, 3599.0
    still = matches(key, KEY)
    store.now = 3700.0

    assert still is True
    with pytest.raises(CredentialsUnavailable):
        matches(key, KEY)


def test_a_key_that_one_store_knows_causes_no_read_of_another() -> None:
    known, other = Store(), Store(value="another key")
    authenticator = Authenticator(stored=[other.key(), known.key()])
    run(authenticator.authenticate("the key"))
    other.now = known.now = 200.0

    for _ in range(5):
        run(authenticator.authenticate("the key"))

    assert (other.reads, known.reads) == ([0.0], [0.0])


def test_a_store_that_is_away_does_not_reject_the_keys_of_another() -> None:
    away, known = Store(is_away=True), Store()
    authenticator = Authenticator(stored=[away.key(), known.key()])

    accepted = run(authenticator.authenticate("the key"))

    assert accepted.name == "stored"
    with pytest.raises(CredentialsUnavailable):
        run(authenticator.authenticate("an unknown key"))


def test_a_read_that_fails_is_logged_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    store = Store(is_away=True)

    with pytest.raises(CredentialsUnavailable):
        store.key().find(KEY)

    [record] = caplog.records
    assert (record.message, record.__dict__["keys"], record.__dict__["reason"]) == (
        "stored_keys_not_read",
        "test",
        "away",
    )


def test_the_key_is_read_when_the_store_is_available_again() -> None:
    store = Store(is_away=True)
    key = store.key()
    with pytest.raises(CredentialsUnavailable):
        matches(key, KEY)
    store.is_away, store.now = False, 11.0

    assert matches(key, KEY) is True
