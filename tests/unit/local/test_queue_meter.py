"""The gauges of a queue: how many messages wait, and for how long."""

import pytest

from mini_ml.adapters.memory.metrics import MemoryMetrics, Series
from mini_ml.errors import StorageUnavailable
from mini_ml.local.queue_meter import QueueMeter

DEPTH = ("queue_depth", (("queue", "train"),))
AGE = ("oldest_message_age", (("queue", "train"),))


class Queue:
    """A queue whose depth and clock a test sets."""

    def __init__(self) -> None:
        self.depth = 0
        self.seconds = 1000.0
        self.metrics = MemoryMetrics()
        self.meter = QueueMeter(
            queue="train", depth=lambda: self.depth, metrics=self.metrics, clock=lambda: self.seconds
        )

    def measure(self, *, depth: int, after_seconds: float = 0.0) -> dict[Series, float]:
        """Measure once, later, with so many messages, and return the gauges."""
        self.depth = depth
        self.seconds += after_seconds
        self.meter.measure()
        return dict(self.metrics.gauges)


@pytest.fixture
def queue() -> Queue:
    return Queue()


def test_an_empty_queue_has_no_depth_and_no_age(queue: Queue) -> None:
    assert queue.measure(depth=0) == {DEPTH: 0, AGE: 0}


def test_messages_are_as_old_as_the_time_since_the_queue_was_empty(queue: Queue) -> None:
    queue.measure(depth=0)

    first = queue.measure(depth=2, after_seconds=5)
    second = queue.measure(depth=3, after_seconds=5)

    assert (first, second) == ({DEPTH: 2, AGE: 5}, {DEPTH: 3, AGE: 10})


def test_messages_are_younger_than_the_one_received_before_them(queue: Queue) -> None:
    queue.measure(depth=0)
    queue.meter.note_received(sent_at=1020.0)

    assert queue.measure(depth=1, after_seconds=30) == {DEPTH: 1, AGE: 10}


def test_a_message_that_was_delivered_again_does_not_make_the_others_older(queue: Queue) -> None:
    queue.measure(depth=0)
    queue.meter.note_received(sent_at=10.0)

    assert queue.measure(depth=1, after_seconds=5) == {DEPTH: 1, AGE: 5}


def test_a_drained_queue_is_young_again(queue: Queue) -> None:
    queue.measure(depth=0)
    queue.measure(depth=4, after_seconds=60)

    assert queue.measure(depth=0, after_seconds=5)[AGE] == 0
    assert queue.measure(depth=1, after_seconds=5)[AGE] == 5


def test_the_age_is_not_shown_as_long_as_it_is_not_known(queue: Queue) -> None:
    assert queue.measure(depth=7) == {DEPTH: 7}


def test_a_queue_that_does_not_respond_leaves_the_gauges_as_they_are() -> None:
    metrics = MemoryMetrics()

    def fail_as_unavailable() -> int:
        raise StorageUnavailable("away")

    with pytest.raises(StorageUnavailable):
        QueueMeter(queue="train", depth=fail_as_unavailable, metrics=metrics).measure()
    assert metrics.gauges == {}
