"""Runs a module that ends when the process which started it does: `python -m mini_ml.local.child MODULE ARG…`.

The starter holds the other end of standard input and never writes; when it dies, however it dies, reading ends.
"""

import os
import runpy
import signal
import sys
import threading
import time
from typing import Final

_GRACE_SECONDS: Final = 5.0


def main() -> None:
    """Watch the starter, then become the module."""
    threading.Thread(target=_follow_the_starter, name="starter-watch", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _follow_the_starter() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
