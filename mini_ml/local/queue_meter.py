"""Measures the queue of a poller: how many messages wait, and for how long."""

import time
from collections.abc import Callable

from mini_ml.ports import Metrics
from mini_ml.topology import QueueName
from mini_ml.topology.metrics import OLDEST_MESSAGE, QUEUE_DEPTH


class QueueMeter:
    """Sets the gauges of one queue.

    SQS says how many messages wait, but not for how long. They come roughly in order, so those that wait now were sent
    after the newest one that was received, and after the last moment at which none waited. The age is counted from the
    later of the two. Messages that return to the queue can be older.
    """

    def __init__(
        self,
        *,
        queue: QueueName,
        depth: Callable[[], int],
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Create a meter.

        Args:
            queue: name of the queue in the topology.
            depth: returns the number of waiting messages; may raise StorageUnavailable.
            metrics: records the gauges.
            clock: the current time in seconds since 1970.
        """
        self._queue = queue
        self._depth = depth
        self._metrics = metrics
        self._clock = clock
        self._sent_after: float | None = None
        """Time after which the waiting messages were sent; None as long as nothing is known about them."""

    def note_received(self, sent_at: float) -> None:
        """Note when a message that was just received had been sent, in seconds since 1970."""
        self._sent_after = max(sent_at, self._sent_after or sent_at)

    def measure(self) -> None:
        """Set the gauges. Raises StorageUnavailable if the queue does not respond."""
        now = self._clock()
        depth = self._depth()
        self._metrics.set(QUEUE_DEPTH, depth, queue=self._queue)
        if depth == 0:
            self._sent_after = now
        if self._sent_after is not None:
            self._metrics.set(OLDEST_MESSAGE, max(0.0, now - self._sent_after), queue=self._queue)
