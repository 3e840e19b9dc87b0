"""Find and check free loopback ports before starting processes on them."""

import os
import socket
import time
from collections.abc import Mapping
from itertools import count as counting
from itertools import islice
from typing import Final

from mini_ml.local.failures import PortsInUse

LOOPBACK: Final = "127.0.0.1"

_LOWEST_PORT: Final = 10_000
_PORTS: Final = 22_000
_numbers: Final = counting(os.getpid() * 211)


def check_free(ports: Mapping[str, int], *, timeout_seconds: float = 0.0) -> None:
    """Wait until all ports are free.

    Args:
        ports: port by the name of the setting that changes it.
        timeout_seconds: how long to wait for ports in use.

    Raises:
        PortsInUse: ports are still in use; the message names each with its setting.
    """
    end = time.monotonic() + timeout_seconds
    while (in_use := _find_ports_in_use(ports)) and time.monotonic() < end:
        time.sleep(0.1)
    if in_use:
        lines = [f"  port {port} is in use; choose another with {setting}=…" for setting, port in in_use.items()]
        raise PortsInUse("\n".join(["Cannot start: other programs are using these ports.", *lines]))


def _find_ports_in_use(ports: Mapping[str, int]) -> dict[str, int]:
    return {setting: port for setting, port in ports.items() if not is_free(port)}


def is_free(port: int) -> bool:
    """Return whether this process can listen on a loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Return `count` different free loopback ports.

    The ports are below the range that systems use for outgoing connections, and each process starts its search at a
    different number. It is therefore unlikely that a port is taken before its server starts.
    """
    candidates = (_LOWEST_PORT + number % _PORTS for number in _numbers)
    return list(islice(filter(is_free, candidates), count))
