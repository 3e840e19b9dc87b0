"""What a client can do to a real server over a socket: slow requests, huge headers, invalid framing."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from mini_ml.adapters.memory.cloud import memory_cloud
from mini_ml.local.listening import free_ports
from mini_ml.topology import STAGES, Limits
from tests.functions.services import problem, services_over
from tests.functions.test_forms import FILE, multipart

FORM = "Content-Type: multipart/form-data; boundary=cut"
TIMEOUT_SECONDS = 20.0


@contextmanager
def serve(app: FastAPI) -> Iterator[int]:
    """Run uvicorn as the services do, on a free port."""
    [port] = free_ports(1)
    config = uvicorn.Config(app, port=port, http="h11", access_log=False, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield port
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The api on a real port, patient for a second."""
    stage = replace(STAGES["test"], limits=Limits(body_seconds=1))
    with (
        services_over(memory_cloud(stage=stage), tmp_path_factory.mktemp("sockets")) as services,
        serve(services.apps["api"]) as port,
    ):
        yield port


def answer_to(port: int, *pieces: bytes) -> bytes:
    """Send pieces over one connection, and return all that comes back until the server closes it."""
    found = b""
    connection = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
    with closing(connection) as client, suppress(ConnectionError):  # a server may close before it has read all
        for piece in pieces:
            client.sendall(piece)
        while part := client.recv(65_536):
            found += part
    return found


def request(path: str, *headers: str, body: bytes = b"") -> bytes:
    """Return a POST request that asks for the connection to be closed."""
    lines = [f"POST {path} HTTP/1.1", "Host: x", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def status(answer: bytes) -> int:
    """Return the status of an answer."""
    return int(answer.split(b" ", 2)[1])


def is_healthy(port: int) -> bool:
    """Return whether the server answers an ordinary request."""
    return httpx2.get(f"http://127.0.0.1:{port}/health", trust_env=False).status_code == 200


@pytest.mark.parametrize("path", ["/train", "/predict", "/uploads", "/models/default/invocations"])
def test_a_body_that_never_ends_times_out_and_closes_the_connection(port: int, path: str) -> None:
    media_type = FORM if path in ("/train", "/predict") else "Content-Type: application/json"

    answer = answer_to(
        port, request(path, media_type, "Content-Length: 1000").replace(b"Connection: close\r\n", b""), b"a"
    )

    assert status(answer) == 408
    assert b"body_too_slow" in answer
    assert b"connection: close" in answer.lower()


def test_slow_clients_do_not_block_others(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
    for client in slow:
        client.sendall(request("/train", FORM, "Content-Length: 1000000", body=b"x"))

    well = is_healthy(port)

    for client in slow:
        client.close()
    assert well


def test_a_body_sent_byte_by_byte_times_out(port: int) -> None:
    head = request("/train", FORM, "Content-Length: 100000")
    with closing(socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)) as client:
        client.sendall(head)
        drops = threading.Thread(target=_drip, args=(client,), daemon=True)
        drops.start()
        answer = client.recv(65_536)

    assert status(answer) == 408


def _drip(client: socket.socket) -> None:
    try:
        while True:
            client.sendall(b"x")
            time.sleep(0.05)
    except OSError:
        return


@pytest.mark.parametrize(
    "headers",
    [
        [f"X-{n}: {'v' * 60}" for n in range(1500)],
        [f"X-Long: {'v' * 200_000}"],
        [f"Cookie: {'a=b; ' * 30_000}"],
        ["Content-Length: -1"],
        ["Content-Length: 1e3"],
        [f"Content-Length: {'9' * 30}"],
        ["Content-Length: 3", "Content-Length: 4"],
        ["Transfer-Encoding: gzip"],
        ["Transfer-Encoding: chunked, chunked"],
        ["X Y: 1"],
        ["X: a\0b"],
        ["no colon"],
    ],
    ids=lambda headers: headers[0][:24],
)
def test_invalid_headers_are_rejected_without_a_server_error(port: int, headers: list[str]) -> None:
    answer = answer_to(port, request("/train", FORM, *headers))

    assert answer == b"" or 400 <= status(answer) < 500
    assert b"Traceback" not in answer
    assert is_healthy(port)


def test_megabytes_of_headers_are_rejected(port: int) -> None:
    head = b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Long: " + b"v" * 2_000_000 + b"\r\n\r\n"

    answer = answer_to(port, head)

    assert answer == b"" or status(answer) == 400


@pytest.mark.parametrize("junk", [b"\0\1\2\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00" * 9 + b"\r\n\r\n"])
def test_bytes_that_are_not_http_are_rejected(port: int, junk: bytes) -> None:
    assert status(answer_to(port, junk)) == 400


def test_invalid_chunks_are_rejected(port: int) -> None:
    answer = answer_to(port, request("/train", FORM, "Transfer-Encoding: chunked", body=b"zz\r\nabc\r\n"))

    assert 400 <= status(answer) < 500


def test_a_field_of_twenty_megabytes_is_rejected_while_it_is_read(port: int) -> None:
    body = multipart(FILE, ('name="target_column"', b"y" * 20_000_000))

    answer = httpx2.post(
        f"http://127.0.0.1:{port}/train", content=body, headers=dict([FORM.split(": ")]), trust_env=False, timeout=60
    )

    assert (answer.status_code, problem(answer)["errors"][0]["limit"]) == (413, "inline_upload_bytes")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_a_compressed_body_is_not_unpacked(port: int, encoding: str) -> None:
    bomb = b"\x1f\x8b\x08\x00" + b"\0" * 200

    answer = answer_to(
        port, request("/train", FORM, f"Content-Encoding: {encoding}", f"Content-Length: {len(bomb)}", body=bomb)
    )

    assert status(answer) == 415
    assert b"Content-Encoding" in answer


ODD_NAMES = {
    "a long one": "n" * 5_000 + ".csv",
    "traversal": "../../../../etc/passwd",
    "of another system": "..\\..\\boot.ini",
    "control characters": "a\x07\x1b[2J.csv",
    "a form's variable": "${filename}.csv",
    "right to left": "a\u202egpj.csv",
    "nothing but dots": "..",
}


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_an_unusual_file_name_stays_in_its_folder(name: str, tmp_path: Path) -> None:
    stage = STAGES["test"]
    cloud = memory_cloud(stage=stage)
    with services_over(cloud, tmp_path) as services, serve(services.apps["api"]) as port:
        body = multipart((f'name="dataset_file"; filename="{name}"', b"a,b\n1,2\n"))
        headers = {**dict([FORM.split(": ")]), "Prefer": "respond-async"}
        answer = httpx2.post(f"http://127.0.0.1:{port}/train", content=body, headers=headers, trust_env=False)

    keys = list(cloud.uploads.list_keys(""))
    assert answer.status_code in (202, 400)
    assert all(key.startswith("train/default/") and key.count("/") == 3 for key in keys)
    assert all(len(key) < 300 and key.isprintable() for key in keys)
    assert not any("${" in key or key.endswith("/..") for key in keys)
