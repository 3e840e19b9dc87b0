"""Calls something again and again while a block runs: the heart that renews a worker's lease."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mini_ml.errors import MiniMLError

logger = logging.getLogger(__name__)


@contextmanager
def every(seconds: float, action: Callable[[], None]) -> Iterator[None]:
    """Call `action` every `seconds` in a thread until the block ends.

    An error of the product's own is logged and the next beat tries again: what the beat protects notices by
    itself when it has been lost.
    """
    done = threading.Event()

    def beat() -> None:
        while not done.wait(seconds):
            try:
                action()
            except MiniMLError as error:
                logger.warning("beat_failed", extra={"code": error.code})

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
