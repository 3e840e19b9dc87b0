"""Turn SIGTERM and SIGINT into KeyboardInterrupt, so that a command stops its processes however it is ended."""

import signal


def install_handlers() -> None:
    """Raise KeyboardInterrupt on SIGTERM, and on SIGINT even where a shell ignores it, as for background jobs."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
