"""Tells which ports are free, before anything is started on them."""

import socket
import time
from collections.abc import Mapping

from mini_ml.local.failures import PortsTaken

LOOPBACK = "127.0.0.1"


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
    """Return so many different loopback ports that nothing listens on at this moment."""
    probes = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
