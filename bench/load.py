"""Asks an HTTP server the same thing again and again over kept connections, at the least cost to the asker.

    python -m bench.load URL BODY_FILE CLIENTS SECONDS

prints answers per second and the 50th and 99th percentile in milliseconds, of so many clients at once.
"""

import socket
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit


class Connection:
    """One kept connection that sends one request, made once."""

    def __init__(self, url: str, body: bytes) -> None:
        where = urlsplit(url)
        head = (
            f"POST {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._request = head.encode() + body
        self._socket = socket.create_connection((where.hostname or "", where.port or 80))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> bytes:
        """Send the request and return the body of the answer."""
        self._socket.sendall(self._request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{head.splitlines()[0]!r}: {body[:300]!r}")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += self._more()
        return body

    def seconds(self) -> float:
        """Ask once and return how long it took."""
        started = time.perf_counter()
        self.ask()
        return time.perf_counter() - started

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _more(self) -> bytes:
        chunk = self._socket.recv(65_536)
        if not chunk:
            raise RuntimeError("the server closed the connection")
        return chunk


def percentile(seconds: list[float], share: float) -> float:
    """Return the time that this share of the requests stayed below."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))]


def together(url: str, body: bytes, *, clients: int, lasting_seconds: float) -> list[float]:
    """Let several clients ask at once and return how long each answer took."""
    found: list[list[float]] = [[] for _ in range(clients)]

    def client(seconds: list[float]) -> None:
        connection = Connection(url, body)
        end = time.perf_counter() + lasting_seconds
        while time.perf_counter() < end:
            seconds.append(connection.seconds())
        connection.close()

    threads = [threading.Thread(target=client, args=(seconds,)) for seconds in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [second for seconds in found for second in seconds]


if __name__ == "__main__":
    _url, _file, _clients, _lasting = sys.argv[1:]
    taken = together(_url, Path(_file).read_bytes(), clients=int(_clients), lasting_seconds=float(_lasting))
    print(len(taken) / float(_lasting), percentile(taken, 0.5) * 1000, percentile(taken, 0.99) * 1000)
