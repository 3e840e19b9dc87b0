"""The folder that survives a restart: who may use it, the key of the seal, where logs and the emulator's state lie."""

import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TextIO

from mini_ml.adapters.auth.api_keys import new_secret
from mini_ml.local.failures import SecretExposed, StateInUse

_OTHERS: Final = 0o077
"""The bits of a file's mode that let its group or everybody in."""

ADMIN_KEY_FILE: Final = "admin.key"


@dataclass(frozen=True)
class StateFolder:
    """Paths within a state folder; only `opened` makes one."""

    path: Path
    was_left_open: bool = False
    """Whether the last owner was killed, so that its processes may still be on their way out."""

    @property
    def emulator(self) -> Path:
        """What the emulated AWS keeps."""
        return self.path / "emulator"

    @property
    def logs(self) -> Path:
        """One file for each process."""
        return self.path / "logs"

    @property
    def work(self) -> Path:
        """Temporary files of the processes."""
        return self.path / "tmp"

    def seal_key(self) -> str:
        """Return the key that models are sealed with. Raises SecretExposed."""
        return _kept(self.path / "seal.key", made=lambda: secrets.token_hex(32))

    def admin_key(self) -> str:
        """Return the API key that opens every route. Raises SecretExposed."""
        return _kept(self.path / ADMIN_KEY_FILE, made=new_secret)


@contextmanager
def opened(path: Path) -> Iterator[StateFolder]:
    """Make and lock a state folder while the block runs. Raises StateInUse."""
    folder = StateFolder(path.resolve())
    for made in (folder.path, folder.emulator, folder.logs, folder.work):
        made.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder.path / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateInUse(_in_use(folder, _owner(lock))) from None
        left_open = bool(_owner(lock))
        _write_owner(lock.fileno(), str(os.getpid()))
        try:
            yield replace(folder, was_left_open=left_open)
        finally:
            _write_owner(lock.fileno(), "")


def _owner(lock: TextIO) -> str:
    lock.seek(0)
    return lock.read()


def _write_owner(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.write(descriptor, text.encode())


def _in_use(folder: StateFolder, owner: str) -> str:
    by = f"process {owner}" if owner else "another process"
    return (
        f"Cannot start: {by} already runs on the state folder {folder.path}.\n"
        "  Stop it first, or choose another folder with MINI_ML_STATE_DIR=… (and other ports)."
    )


def _kept(file: Path, *, made: Callable[[], str]) -> str:
    """Return the secret in a file; made once, readable by its owner alone. Raises SecretExposed."""
    if not file.exists():
        _write_secret(file, made())
    if stat.S_IMODE(file.stat().st_mode) & _OTHERS:
        raise SecretExposed(_exposed(file))
    return file.read_text().strip()


def _write_secret(file: Path, text: str) -> None:
    """Write a file that nobody else may read, whole or not at all; the caller holds the folder's lock."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as new:
        new.write(text)
    part.replace(file)


def _exposed(file: Path) -> str:
    return (
        f"Cannot start: others on this machine may read or write {file}, a secret of this platform.\n"
        f"  If nobody has, run: chmod 600 {file}\n"
        "  If somebody may have, delete it: a new one is made. What an old key has sealed must be trained again."
    )
