"""Timers that run in the background."""

from threading import Event

from mini_ml import log_context
from mini_ml.adapters.ticker import HandTicker, every
from mini_ml.errors import LeaseLost, StorageUnavailable

TIMEOUT_SECONDS = 10


def test_a_tick_is_called_repeatedly_until_the_block_ends() -> None:
    ticks: list[int] = []
    thrice = Event()

    def tick() -> None:
        ticks.append(1)
        if len(ticks) == 3:
            thrice.set()

    with every(0.001, tick):
        assert thrice.wait(TIMEOUT_SECONDS)

    after_the_end = len(ticks)
    assert not Event().wait(0.02)
    assert len(ticks) == after_the_end


def test_a_tick_logs_with_the_fields_of_the_block() -> None:
    found: list[dict[str, object]] = []
    called = Event()

    def tick() -> None:
        found.append(dict(log_context.current()))
        called.set()

    with log_context.bind(job_id="j"), every(0.001, tick):
        assert called.wait(TIMEOUT_SECONDS)

    assert found[0] == {"job_id": "j"}


def test_a_tick_is_repeated_after_a_retryable_error() -> None:
    ticks: list[int] = []
    again = Event()

    def tick() -> None:
        ticks.append(1)
        if len(ticks) == 1:
            raise StorageUnavailable("away")
        again.set()

    with every(0.001, tick):
        assert again.wait(TIMEOUT_SECONDS)


def test_a_tick_that_lost_its_lease_is_not_called_again() -> None:
    ticks: list[int] = []
    failed = Event()

    def tick() -> None:
        ticks.append(1)
        failed.set()
        raise LeaseLost("lost")

    with every(0.001, tick):
        assert failed.wait(TIMEOUT_SECONDS)
        assert not Event().wait(0.02)

    assert ticks == [1]


def test_a_manual_ticker_calls_running_ticks_only_on_demand() -> None:
    ticks: list[int] = []
    ticker = HandTicker()

    with ticker(1.0, lambda: ticks.append(1)):
        ticker.tick()
    ticker.tick()

    assert ticks == [1]
