"""Run a module that ends with its parent process: `python -m mini_ml.local.child MODULE ARG…`.

The parent keeps the other end of standard input open and never writes to it. When the parent ends, for whatever
reason, the pipe closes and this process terminates.
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
    """Watch the parent in a thread, then run the module."""
    threading.Thread(target=_exit_with_parent, name="parent-watch", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _exit_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
