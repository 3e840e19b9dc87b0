"""The state folder: its lock, its secret files, and the paths of logs and of the emulator's state."""

import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TextIO, get_args

from mini_ml.adapters.auth.api_keys import new_secret
from mini_ml.adapters.monitoring.folder import empty_folder
from mini_ml.local.failures import SecretExposed, StateInUse
from mini_ml.topology import Service

_GROUP_AND_OTHERS: Final = 0o077
"""Permission bits of a file's group and of other users."""

ADMIN_KEY_FILE: Final = "admin.key"


@dataclass(frozen=True)
class StateFolder:
    """Paths and secrets of a locked state folder; `open_state_folder` creates it."""

    path: Path
    was_left_open: bool = False
    """Whether the previous platform was killed, in which case some of its processes may still be running."""

    @property
    def emulator(self) -> Path:
        """State of the emulated AWS."""
        return self.path / "emulator"

    @property
    def logs(self) -> Path:
        """Log files, one per process."""
        return self.path / "logs"

    @property
    def work(self) -> Path:
        """Temporary files of the processes."""
        return self.path / "tmp"

    def metrics(self, service: Service) -> Path:
        """Return the folder of the metrics that the processes of a service share; emptied at each start."""
        return self.path / "metrics" / service

    def seal_key(self) -> str:
        """Return the key that seals models, created on first use. Raises SecretExposed."""
        return _read_or_create_secret(self.path / "seal.key", create=lambda: secrets.token_hex(32))

    def admin_key(self) -> str:
        """Return the API key with the scope `admin`, created on first use. Raises SecretExposed."""
        return _read_or_create_secret(self.path / ADMIN_KEY_FILE, create=new_secret)


@contextmanager
def open_state_folder(path: Path) -> Iterator[StateFolder]:
    """Create the state folder if needed, and lock it while the block runs. Raises StateInUse."""
    folder = StateFolder(path.resolve())
    for path in (folder.path, folder.emulator, folder.logs, folder.work):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder.path / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateInUse(_describe_use(folder, _read_owner(lock))) from None
        left_open = bool(_read_owner(lock))
        for service in get_args(Service):
            empty_folder(folder.metrics(service))
        _write_owner(lock.fileno(), str(os.getpid()))
        try:
            yield replace(folder, was_left_open=left_open)
        finally:
            _write_owner(lock.fileno(), "")


def _read_owner(lock: TextIO) -> str:
    lock.seek(0)
    return lock.read()


def _write_owner(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.write(descriptor, text.encode())


def _describe_use(folder: StateFolder, owner: str) -> str:
    by = f"process {owner}" if owner else "another process"
    return (
        f"Cannot start: {by} is already using the state folder {folder.path}.\n"
        "  Stop it, or choose another folder with MINI_ML_STATE_DIR=… and other ports."
    )


def _read_or_create_secret(file: Path, *, create: Callable[[], str]) -> str:
    """Return the secret in a file; create it first if it is missing, readable by its owner only.

    Raises:
        SecretExposed: other users can read or write the file.
    """
    if not file.exists():
        _write_secret(file, create())
    if stat.S_IMODE(file.stat().st_mode) & _GROUP_AND_OTHERS:
        raise SecretExposed(_describe_exposure(file))
    return file.read_text().strip()


def _write_secret(file: Path, text: str) -> None:
    """Write a file atomically, readable by its owner only; the caller must hold the folder's lock."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as new:
        new.write(text)
    part.replace(file)


def _describe_exposure(file: Path) -> str:
    return (
        f"Cannot start: other users of this machine can read or write {file}, which holds a secret.\n"
        f"  If no one has accessed it, run: chmod 600 {file}\n"
        "  Otherwise delete it; a new one is created. After a new seal.key, train your models again."
    )
