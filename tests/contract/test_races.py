"""Conditional writes by several concurrent writers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from mini_ml.errors import AlreadyExists, StaleWrite
from mini_ml.ports import ObjectStore

WRITERS = 12


def find_winners(write: Callable[[bytes], object]) -> list[bytes]:
    """Let all writers write at the same moment, and return what the successful ones wrote."""
    barrier = Barrier(WRITERS)

    def run(number: int) -> bytes | None:
        body = str(number).encode()
        barrier.wait()
        try:
            write(body)
        except (AlreadyExists, StaleWrite):
            return None
        return body

    with ThreadPoolExecutor(WRITERS) as threads:
        return [body for body in threads.map(run, range(WRITERS)) if body is not None]


def test_one_of_many_concurrent_put_new_calls_wins(faithful_store: ObjectStore) -> None:
    won = find_winners(lambda body: faithful_store.put_new("a", body))

    assert won == [faithful_store.get("a").body]
    assert len(list(faithful_store.list_versions("a"))) == 1


def test_one_of_many_concurrent_replace_calls_wins(faithful_store: ObjectStore) -> None:
    read = faithful_store.put("a", b"read by all")

    won = find_winners(lambda body: faithful_store.replace("a", body, etag=read.etag))

    assert won == [faithful_store.get("a").body]
    assert len(list(faithful_store.list_versions("a"))) == 2


def test_one_of_many_concurrent_create_calls_wins(faithful_store: ObjectStore) -> None:
    def create(body: bytes) -> None:
        with faithful_store.create("a") as writer:
            writer.write(body)

    won = find_winners(create)

    assert won == [faithful_store.get("a").body]


def test_concurrent_increments_by_replace_lose_no_count(faithful_store: ObjectStore) -> None:
    faithful_store.put("n", b"0")

    def add_one(body: bytes) -> None:
        while True:
            read = faithful_store.get("n")
            try:
                faithful_store.replace("n", b"%d" % (int(read.body) + 1), etag=read.head.etag)
            except StaleWrite:
                continue
            return

    find_winners(add_one)

    assert faithful_store.get("n").body == b"%d" % WRITERS
