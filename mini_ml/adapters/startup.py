"""What a function does better while it starts: each of its containers starts once, and somebody waits for it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def starting() -> Iterator[None]:
    """Import modules and make objects that stay for good, and leave the garbage collector out of it, now and later.

    Hundreds of thousands of objects come into being, and every so many of them the collector would walk over all that
    there are: a fifth of the start, and nothing is found, since modules and classes are no garbage. Around the imports
    of a handler only: in a process that lives on its own there is no hurry.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
