"""Tells which ports are free, before anything is started on them."""

import os
import socket
import time
from collections.abc import Mapping
from itertools import count as counting
from itertools import islice
from typing import Final

from mini_ml.local.failures import PortsTaken

LOOPBACK: Final = "127.0.0.1"

_LOWEST_PORT: Final = 10_000
_PORTS: Final = 22_000
_numbers: Final = counting(os.getpid() * 211)


def check_free(ports: Mapping[str, int], *, patience_seconds: float = 0.0) -> None:
    """Raise PortsTaken, naming every port still taken when patience ends, and the setting that moves it."""
    end = time.monotonic() + patience_seconds
    while (taken := _taken(ports)) and time.monotonic() < end:
        time.sleep(0.1)
    if taken:
        lines = [f"  port {port} is taken; choose another with {setting}=…" for setting, port in taken.items()]
        raise PortsTaken("\n".join(["Cannot start: other programs listen on ports that are needed.", *lines]))


def _taken(ports: Mapping[str, int]) -> dict[str, int]:
    return {setting: port for setting, port in ports.items() if not is_free(port)}


def is_free(port: int) -> bool:
    """Tell whether this process could listen on a loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Return different loopback ports on which nothing listens at this moment.

    They lie below the ports that systems give to outgoing connections, and each process begins its search elsewhere, so
    that a port is most probably still free when its server starts.
    """
    candidates = (_LOWEST_PORT + number % _PORTS for number in _numbers)
    return list(islice(filter(is_free, candidates), count))
