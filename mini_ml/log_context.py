"""Fields of every log line about the request or the message that a thread works on.

The entry point of a unit of work opens a block with `bind`. What runs in the block adds what it learns with `add`, such
as the id of a job. The formatter in `mini_ml.adapters.logs` reads the fields with `current`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_fields: ContextVar[dict[str, object] | None] = ContextVar("log_fields", default=None)


@contextmanager
def bind(**fields: object) -> Iterator[Mapping[str, object]]:
    """Add fields to every line logged in the block, and keep those of the surrounding block; None is left out.

    Yields:
        The fields of the block, to which `add` adds.
    """
    own = {**current(), **_without_none(fields)}
    token = _fields.set(own)
    try:
        yield own
    finally:
        _fields.reset(token)


def add(**fields: object) -> None:
    """Add fields to the rest of the innermost block, in all its threads; None removes a field.

    Does nothing outside of a block.
    """
    own = _fields.get()
    if own is None:
        return
    own.update(_without_none(fields))
    for name, value in fields.items():
        if value is None:
            own.pop(name, None)


def current() -> Mapping[str, object]:
    """Return the fields of the innermost block."""
    return _fields.get() or {}


def share(fields: Mapping[str, object]) -> None:
    """Use the fields of another thread's block in this thread; the initializer of a thread pool.

    Threads of a pool do not inherit the context of the thread that created it:
    `ThreadPoolExecutor(initializer=log_context.share, initargs=(log_context.current(),))`.
    """
    _fields.set(fields if isinstance(fields, dict) else dict(fields))


def _without_none(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}
