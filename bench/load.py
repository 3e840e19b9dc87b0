"""Load generator: repeat one HTTP request over persistent connections, with little overhead.

    python -m bench.load URL BODY_FILE CLIENTS SECONDS

prints responses per second, and the 50th and 99th percentile of the response time in milliseconds.
"""

import socket
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit


class Connection:
    """A persistent connection that repeats one prepared request."""

    def __init__(self, url: str, body: bytes) -> None:
        parts = urlsplit(url)
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._request = head.encode() + body
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 80))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self) -> bytes:
        """Send the request and return the body of the response."""
        self._socket.sendall(self._request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive()
        head, _, body = received.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{head.splitlines()[0]!r}: {body[:300]!r}")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += self._receive()
        return body

    def measure(self) -> float:
        """Send the request and return the seconds until the response."""
        started = time.perf_counter()
        self.send()
        return time.perf_counter() - started

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _receive(self) -> bytes:
        chunk = self._socket.recv(65_536)
        if not chunk:
            raise RuntimeError("the server closed the connection")
        return chunk


def percentile(seconds: list[float], fraction: float) -> float:
    """Return the response time in seconds at a percentile (0 to 1)."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * fraction))]


def measure_clients(url: str, body: bytes, *, clients: int, lasting_seconds: float) -> list[float]:
    """Run several clients in parallel, and return the seconds of each response."""
    seconds_of_clients: list[list[float]] = [[] for _ in range(clients)]

    def run_client(seconds: list[float]) -> None:
        connection = Connection(url, body)
        end = time.perf_counter() + lasting_seconds
        while time.perf_counter() < end:
            seconds.append(connection.measure())
        connection.close()

    threads = [threading.Thread(target=run_client, args=(seconds,)) for seconds in seconds_of_clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [second for seconds in seconds_of_clients for second in seconds]


if __name__ == "__main__":
    _url, _file, _clients, _lasting = sys.argv[1:]
    _seconds = measure_clients(_url, Path(_file).read_bytes(), clients=int(_clients), lasting_seconds=float(_lasting))
    print(len(_seconds) / float(_lasting), percentile(_seconds, 0.5) * 1000, percentile(_seconds, 0.99) * 1000)
