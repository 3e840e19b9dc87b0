"""Makes every usual way of ending a command the same: KeyboardInterrupt, which unwinds and stops what was started."""

import signal


def listen() -> None:
    """Take SIGTERM as Ctrl-C, and Ctrl-C even where a shell had it ignored, as for background jobs."""
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, signal.default_int_handler)
