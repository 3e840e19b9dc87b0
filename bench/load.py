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
        where = urlsplit(url)
        head = (
            f"POST {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._request = head.encode() + body
        self._socket = socket.create_connection((where.hostname or "", where.port or 80))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> bytes:
        """Send the request and return the body of the response."""
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
        """Send the request and return the seconds until the response."""
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
    """Return the response time in seconds at a percentile (0 to 1)."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))]


def together(url: str, body: bytes, *, clients: int, lasting_seconds: float) -> list[float]:
    """Run several clients in parallel, and return the seconds of each response."""
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
