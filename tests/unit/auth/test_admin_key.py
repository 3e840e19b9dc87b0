"""The admin key in the secret store is read on first use, and again when it may have changed."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from mini_ml.adapters.auth.admin_key import AdminKey
from mini_ml.adapters.auth.api_keys import digest
from mini_ml.errors import CredentialsUnavailable

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

    def key(self) -> AdminKey:
        return AdminKey(self.read, clock=lambda: self.now)


def test_the_key_is_not_read_before_the_first_request() -> None:
    store = Store()
    store.key()

    assert store.reads == []


def test_only_the_key_is_accepted_and_it_is_read_once() -> None:
    store = Store()
    key = store.key()

    assert [key.matches(one) for one in (KEY, OTHER, KEY)] == [True, False, True]
    assert store.reads == [0.0]


def test_many_callers_at_once_read_once() -> None:
    store, together = Store(delay_seconds=0.1), threading.Barrier(16)
    key = store.key()

    def check_key() -> bool:
        together.wait()
        return key.matches(KEY)

    with ThreadPoolExecutor(16) as pool:
        answers = [answer.result() for answer in [pool.submit(check_key) for _ in range(16)]]

    assert (answers, len(store.reads)) == ([True] * 16, 1)


def test_a_rotated_key_is_accepted_after_the_pause() -> None:
    store = Store()
    key = store.key()
    key.matches(KEY)
    store.value, store.now = "another key", 11.0

    assert (key.matches(OTHER), key.matches(KEY)) == (True, False)


def test_the_old_key_is_rejected_after_five_minutes_even_if_the_new_key_was_not_used() -> None:
    store = Store()
    key = store.key()
    key.matches(KEY)
    store.value, store.now = "another key", 301.0

    assert key.matches(KEY) is False


def test_wrong_keys_cause_no_repeated_reads() -> None:
    store = Store()
    key = store.key()

    for tenth in range(300):  # half a minute of guessing
        store.now = tenth / 10
        key.matches(digest(f"guess {tenth}"))

    assert len(store.reads) == 3


def test_a_key_that_was_never_read_makes_every_request_fail_as_unavailable() -> None:
    store = Store(is_away=True)
    key = store.key()

    for _ in range(5):
        with pytest.raises(CredentialsUnavailable):
            key.matches(KEY)

    assert len(store.reads) == 1  # and the store is left alone for a while


def test_the_last_key_is_accepted_for_an_hour_while_the_store_is_unavailable() -> None:
    store = Store()
    key = store.key()
    key.matches(KEY)
    store.is_away, store.now = True, 3599.0
    still = key.matches(KEY)
    store.now = 3700.0

    assert still is True
    with pytest.raises(CredentialsUnavailable):
        key.matches(KEY)


def test_the_key_is_read_when_the_store_is_available_again() -> None:
    store = Store(is_away=True)
    key = store.key()
    with pytest.raises(CredentialsUnavailable):
        key.matches(KEY)
    store.is_away, store.now = False, 11.0

    assert key.matches(KEY) is True
