"""Fields of log lines belong to a block, and reach all threads that work for it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from mini_ml import log_context
from mini_ml.adapters.aws.ranges import RANGE_BYTES, RangeReader
from mini_ml.ml.scoring.ahead import in_order


def test_an_inner_block_keeps_the_fields_of_the_outer_one_and_ends_with_its_own() -> None:
    with log_context.bind(request_id="r", message_id=None):
        with log_context.bind(job_id="j"):
            inner = dict(log_context.current())
        outer = dict(log_context.current())

    assert inner == {"request_id": "r", "job_id": "j"}
    assert outer == {"request_id": "r"}
    assert log_context.current() == {}


def test_added_fields_last_until_the_end_of_the_block() -> None:
    with log_context.bind(request_id="r"):
        log_context.add(job_id="j", model_version=3)
        log_context.add(model_version=None)
        added = dict(log_context.current())

    assert added == {"request_id": "r", "job_id": "j"}
    assert log_context.current() == {}


def test_nothing_is_added_outside_of_a_block() -> None:
    log_context.add(job_id="j")

    assert log_context.current() == {}


def test_two_threads_do_not_see_the_fields_of_each_other() -> None:
    barrier, found = threading.Barrier(2), {}

    def work(name: str) -> None:
        with log_context.bind(job_id=name):
            barrier.wait()
            found[name] = dict(log_context.current())

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {"a": {"job_id": "a"}, "b": {"job_id": "b"}}


def test_what_a_copied_context_adds_is_seen_by_the_block() -> None:
    with log_context.bind(request_id="r"):
        thread = threading.Thread(target=copy_context().run, args=(lambda: log_context.add(job_id="j"),))
        thread.start()
        thread.join()

        assert log_context.current() == {"request_id": "r", "job_id": "j"}


def test_a_pool_shares_the_fields_of_its_creator() -> None:
    with log_context.bind(job_id="j"):
        context = log_context.current()
        with ThreadPoolExecutor(2, initializer=log_context.share, initargs=(context,)) as workers:
            found = list(workers.map(lambda _: dict(log_context.current()), range(4)))

    assert found == [{"job_id": "j"}] * 4


def test_the_threads_that_score_and_download_share_the_fields_of_their_job() -> None:
    found: list[object] = []

    def note(*_: object) -> bytes:
        found.append((threading.current_thread().name.partition("_")[0], log_context.current().get("job_id")))
        return b"" if len(found) > 6 else b"x" * RANGE_BYTES

    with log_context.bind(job_id="j"):
        list(in_order(note, iter(range(4)), threads=2))
        RangeReader(note).read()

    assert set(found) == {("ahead", "j"), ("download", "j"), (threading.current_thread().name, "j")}
