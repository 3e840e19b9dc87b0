"""The time that is left to the running invocation, by Lambda's own clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class InvocationContext(Protocol):
    """What a handler receives as its second argument, from Lambda and from the event poller."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left until the invocation is stopped."""


_invocation: ContextVar[InvocationContext | None] = ContextVar("invocation", default=None)


@contextmanager
def bind_invocation(context: InvocationContext | None) -> Iterator[None]:
    """Make `seconds_left` read the clock of an invocation while the block runs."""
    token = _invocation.set(context)
    try:
        yield
    finally:
        _invocation.reset(token)


def seconds_left() -> float | None:
    """Return the seconds until the running invocation is stopped; None if nothing stops it."""
    context = _invocation.get()
    return None if context is None else context.get_remaining_time_in_millis() / 1000
