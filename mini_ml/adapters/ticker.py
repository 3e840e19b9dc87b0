"""Timers: `every` calls a function from a background thread, `HandTicker` when a test calls `tick`."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field

from mini_ml.errors import MiniMLError

Tick = Callable[[], None]

logger = logging.getLogger(__name__)


@contextmanager
def every(seconds: float, tick: Tick) -> Iterator[None]:
    """Call `tick` at an interval in seconds until the block ends.

    After a retryable error, `tick` is called again at the next interval. Any other error stops the timer, but not the
    block: the block itself must check what the timer maintains, such as a lease.
    """
    ended = threading.Event()
    run_in_context = copy_context().run  # its log lines have the fields of the caller's
    thread = threading.Thread(target=run_in_context, args=(_run, seconds, tick, ended), name="ticker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _run(seconds: float, tick: Tick, ended: threading.Event) -> None:
    while not ended.wait(seconds):
        try:
            tick()
        except MiniMLError as error:
            logger.warning("tick_failed", extra={"code": error.code, "retryable": error.retryable})
            if not error.retryable:
                return


@dataclass
class HandTicker:
    """A timer for tests, which only runs when `tick` is called."""

    running: list[Tick] = field(default_factory=list)

    @contextmanager
    def __call__(self, seconds: float, tick: Tick) -> Iterator[None]:
        self.running.append(tick)
        try:
            yield
        finally:
            self.running.remove(tick)

    def tick(self) -> None:
        """Call every running function once."""
        for tick in tuple(self.running):
            tick()
