"""Temporary folders of attempts, each locked by its process, so that those of killed processes can be removed.

On AWS Lambda, `/tmp` outlives an invocation that was killed, and containers and local processes share one folder.
The system releases the lock of a process that ends, however it ends.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PREFIX: Final = "mini-ml-attempt-"
"""Start of the name of every such folder; folders with other names are never removed."""


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """Create a temporary folder, locked by this process, and remove it when the block ends."""
    path, lock = _create(parent)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def remove_abandoned(parent: Path) -> None:
    """Remove the folders whose process has ended without removing them."""
    for path in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another process removes it, uses it, or belongs to another user
            lock = _lock(path)
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


def _create(parent: Path) -> tuple[Path, int]:
    """Return a new folder and its lock. Until it is locked, another process can take it for an abandoned one."""
    while True:
        path = Path(tempfile.mkdtemp(dir=parent, prefix=_PREFIX))
        with suppress(FileNotFoundError, BlockingIOError):
            lock = _lock(path)
            if path.exists():
                return path, lock
            os.close(lock)


def _lock(path: Path) -> int:
    """Lock a folder and return its descriptor. Raises OSError, a BlockingIOError if another process has locked it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
