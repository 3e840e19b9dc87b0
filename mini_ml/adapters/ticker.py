"""Timers: `every` calls a function from a thread of its own; `HandTicker` calls it when a test says so."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mini_ml.errors import MiniMLError

Tick = Callable[[], None]

logger = logging.getLogger(__name__)


@contextmanager
def every(seconds: float, tick: Tick) -> Iterator[None]:
    """Call `tick` every so many seconds until the block ends.

    A tick that fails with a retryable error is tried again at its next time; any other error ends the ticking, and
    the block goes on: what the tick guards, such as a lease, is checked by the block itself.
    """
    ended = threading.Event()
    thread = threading.Thread(target=_run, args=(seconds, tick, ended), name="ticker", daemon=True)
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
    """A timer that runs only by `tick`."""

    running: list[Tick] = field(default_factory=list)

    @contextmanager
    def __call__(self, seconds: float, tick: Tick) -> Iterator[None]:
        self.running.append(tick)
        try:
            yield
        finally:
            self.running.remove(tick)

    def tick(self) -> None:
        """Let one interval pass for everything that is running."""
        for tick in tuple(self.running):
            tick()
