"""The webhook: what is posted, which answers accept it, and where it never connects to."""

import asyncio
import base64
import hashlib
import hmac
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mini_ml.adapters import logs as logs_of_services
from mini_ml.adapters.event_buses.webhook import WebhookEventBus
from mini_ml.errors import EventNotSent, EventRejected
from tests.fixtures import coroutines
from tests.fixtures.webhook_receiver import Receiver, receiving
from tests.unit.event_buses.events import EVENT

KEY = bytes(range(32))
NOW = 1_795_746_602.9


def _bus(url: str, *, allow_private: bool = True, timeout_seconds: float = 60) -> WebhookEventBus:
    return WebhookEventBus(
        url, key=KEY, allow_private=allow_private, timeout_seconds=timeout_seconds, clock=lambda: NOW
    )


def _resolve_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Make name lookups give these addresses, the last of them from then on; return the names that were asked for."""
    names, left = list[str](), list(answers)

    def look_up(host: str, port: object, **kind: object) -> list[object]:
        names.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return names


def test_an_event_is_posted_with_its_signature() -> None:
    with receiving() as receiver:
        _bus(receiver.url).send(EVENT)

    [delivery] = receiver.deliveries
    signed = f"{EVENT.event_id}.1795746602.".encode() + delivery.body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert delivery.event == EVENT
    assert delivery.path == "/hooks?team=data"
    assert delivery.headers["content-type"] == "application/json"
    assert delivery.headers["webhook-id"] == EVENT.event_id
    assert delivery.headers["webhook-timestamp"] == "1795746602"
    assert delivery.headers["webhook-signature"] == f"v1,{expected}"


@pytest.mark.parametrize("statuses", [(500, 503), (429,), (408, 425), (401, 403), (404,)], ids=str)
def test_an_event_is_posted_again_while_the_receiver_is_unavailable(statuses: tuple[int, ...]) -> None:
    with receiving(*statuses) as receiver:
        _bus(receiver.url).send(EVENT)

    assert receiver.events == [EVENT] * (len(statuses) + 1)


def test_after_three_tries_the_event_is_left_to_the_sweep() -> None:
    with receiving(500, 502, 503, 204) as receiver, pytest.raises(EventNotSent, match="answered 503"):
        _bus(receiver.url).send(EVENT)

    assert len(receiver.deliveries) == 3


@pytest.mark.parametrize("status", [400, 405, 410, 422])
def test_an_answer_that_is_about_the_event_rejects_it_at_once(status: int) -> None:
    with receiving(status) as receiver, pytest.raises(EventRejected, match=f"answered {status}"):
        _bus(receiver.url).send(EVENT)

    assert len(receiver.deliveries) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with (
        receiving() as elsewhere,
        receiving(status, status, status, location=elsewhere.url) as receiver,
        pytest.raises(EventNotSent, match=f"answered {status}"),
    ):
        _bus(receiver.url).send(EVENT)

    assert elsewhere.deliveries == []


@pytest.mark.parametrize("status", [302, 401, 403, 404])
def test_an_event_waits_for_an_operator_who_mends_the_address_the_secret_or_the_rights(status: int) -> None:
    with receiving(status, status, status) as receiver:
        with pytest.raises(EventNotSent, match=f"answered {status}"):
            _bus(receiver.url).send(EVENT)
        _bus(receiver.url).send(EVENT)

    assert receiver.events == [EVENT] * 4


def test_a_receiver_that_does_not_listen_gets_the_event_later() -> None:
    with receiving() as receiver:
        url = receiver.url

    with pytest.raises(EventNotSent, match="Could not connect"):
        _bus(url).send(EVENT)


def test_a_receiver_that_does_not_answer_does_not_keep_the_job_waiting() -> None:
    with receiving() as receiver:
        receiver.answers.clear()
        with pytest.raises(EventNotSent, match=r"within 0\.3 seconds"):
            _bus(receiver.url, timeout_seconds=0.3).send(EVENT)


def test_an_answer_that_drips_does_not_keep_the_job_waiting() -> None:
    done = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not done.wait(0.05):
                connection.sendall(b"a")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=(listener,), daemon=True).start()
        with pytest.raises(EventNotSent, match=r"within 0\.5 seconds"):
            _bus(f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout_seconds=0.5).send(EVENT)
        done.set()


def test_a_name_server_that_does_not_answer_ends_at_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **kind: answered.wait() and [])

    with pytest.raises(EventNotSent, match=r"within 0\.3 seconds"):
        _bus("https://hooks.example/", timeout_seconds=0.3).send(EVENT)

    answered.set()


@pytest.mark.parametrize("error", [socket.gaierror("no such name"), UnicodeError("label too long")], ids=repr)
def test_a_name_that_cannot_be_resolved_is_tried_again_later(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*asked: object, **kind: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    with pytest.raises(EventNotSent, match="could not be resolved"):
        _bus("https://hooks.example/").send(EVENT)


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.7"]], ids=str)
def test_a_name_with_a_private_address_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    _resolve_to(monkeypatch, addresses)

    with receiving() as receiver, pytest.raises(EventNotSent, match="private address"):
        _bus(f"http://hooks.example:{receiver.port}/", allow_private=False).send(EVENT)

    assert receiver.deliveries == []


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    names = _resolve_to(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    requests = list[httpx2.Request]()

    def accept(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return httpx2.Response(204)

    bus = WebhookEventBus(
        "https://hooks.example:8443/jobs",
        key=KEY,
        allow_private=False,
        timeout_seconds=60,
        network=httpx2.MockTransport(accept),
    )
    bus.send(EVENT)

    [request] = requests
    assert names == ["hooks.example"]
    assert str(request.url) == "https://93.184.216.34:8443/jobs"
    assert request.headers["host"] == "hooks.example:8443"
    assert request.extensions["sni_hostname"] == "hooks.example"


def test_a_name_that_changes_to_a_private_address_between_two_tries_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _resolve_to(monkeypatch, ["93.184.216.34"], ["169.254.169.254"])
    hosts = list[str]()

    def be_unavailable(request: httpx2.Request) -> httpx2.Response:
        hosts.append(request.url.host)
        return httpx2.Response(503)

    bus = WebhookEventBus(
        "https://hooks.example/",
        key=KEY,
        allow_private=False,
        timeout_seconds=60,
        network=httpx2.MockTransport(be_unavailable),
    )
    with pytest.raises(EventNotSent, match="private address"):
        bus.send(EVENT)

    assert hosts == ["93.184.216.34"]


def test_the_next_address_is_tried_if_one_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        _resolve_to(monkeypatch, ["127.0.0.2", "127.0.0.1"])
        _bus(f"http://hooks.example:{receiver.port}/").send(EVENT)

    [delivery] = receiver.deliveries
    assert delivery.headers["host"] == f"hooks.example:{receiver.port}"


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy, receiving() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        _bus(receiver.url).send(EVENT)

    assert (len(receiver.deliveries), proxy.deliveries) == (1, [])


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files of a trusted certificate for hooks.example, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, secret = tmp_path / "certificate.pem", tmp_path / "key.pem"
    pem.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    return [str(pem), str(secret)]


def test_the_certificate_is_that_of_the_name_and_not_of_the_address(
    certificate: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolve_to(monkeypatch, ["127.0.0.1"])
    with receiving(certificate=certificate) as receiver:
        _bus(f"https://hooks.example:{receiver.port}/").send(EVENT)
        with pytest.raises(EventNotSent, match="CERTIFICATE_VERIFY_FAILED"):
            _bus(f"https://other.example:{receiver.port}/").send(EVENT)

    assert len(receiver.deliveries) == 1


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Configure the log as the services do, and return a function that returns what was logged."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setenv("MINI_ML_LOG_LEVEL", "DEBUG")
    logs_of_services.configure("trainer")
    yield lambda: capsys.readouterr().err
    root.handlers[:] = handlers
    root.setLevel(level)


def test_no_log_line_and_no_error_contains_the_path_or_the_secret(logs: Callable[[], str]) -> None:
    with receiving(500, 500, 410) as receiver, pytest.raises(EventRejected) as raised:
        _bus(receiver.url).send(EVENT)

    said = logs() + str(raised.value)
    assert [word for word in ("hooks", "team", base64.b64encode(KEY).decode()) if word in said] == []


def test_an_event_is_sent_from_a_thread_that_runs_an_event_loop() -> None:
    async def send(receiver: Receiver) -> None:
        _bus(receiver.url).send(EVENT)

    with receiving() as receiver:
        coroutines.run(send(receiver))

    assert receiver.events == [EVENT]


def test_an_event_loop_that_a_thread_keeps_for_later_is_still_there_after_an_event() -> None:
    def send(url: str) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)  # as Mangum does, which asks for it again with the next request
        try:
            _bus(url).send(EVENT)
            assert asyncio.get_event_loop() is loop
        finally:
            loop.close()

    with receiving() as receiver, ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(send, receiver.url).result()

    assert receiver.events == [EVENT]
