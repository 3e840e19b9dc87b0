"""What the emulated functions behind the REST API do: replay a gateway event on the service that answers it.

The event is the one a Lambda function would get, so the same REST API, resources and function integrations stand
locally as on AWS; only the last step is HTTP to a uvicorn process, which answers many callers at once. `mini-ml up`
serves it itself; a container does so by `python -m mini_ml.local.gateway`.
"""

import base64
import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from mini_ml.local import interrupts
from mini_ml.local.listening import LOOPBACK
from mini_ml.topology import GATEWAY_PROBLEMS, Service

_HOP_BY_HOP: Final = frozenset({"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"})
_TIMEOUT_SECONDS: Final = 35.0


class GatewaySettings(BaseSettings):
    """Where the events of the emulated functions are taken to, and where they arrive."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", frozen=True, extra="ignore")

    api_address: str
    """Address of the api."""

    predict_address: str
    """Address of the predict service."""

    gateway_port: int = Field(default=9000, ge=1, le=65535)
    """Port for the events, on every address of the container; each service's arrive at its name as the path."""


@contextmanager
def serving(services: Mapping[Service, str]) -> Iterator[dict[Service, str]]:
    """Accept gateway events on a free loopback port while the block runs; yields the address for each service's."""
    server = _EventServer(services, (LOOPBACK, 0))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="gateway", daemon=True)
    thread.start()
    try:
        yield {service: f"http://{LOOPBACK}:{server.server_port}/{service}" for service in services}
    finally:
        server.shutdown()
        server.server_close()


def replay(event: Mapping[str, Any], service_url: str) -> dict[str, Any]:
    """Send a REST API event to a service as the HTTP request it was, and shape the answer as a function's."""
    address = urlsplit(service_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.putrequest(event["httpMethod"], _target(event), skip_accept_encoding=True)
        body = _body(event)
        for name, value in _headers(event):
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return _shaped(connection.getresponse())
    except (OSError, http.client.HTTPException):
        return _unavailable()
    finally:
        connection.close()


def _target(event: Mapping[str, Any]) -> str:
    path = quote(event["path"], safe="/:@!$&'()*+,;=~")
    query = urlencode(event.get("multiValueQueryStringParameters") or {}, doseq=True)
    return f"{path}?{query}" if query else path


def _body(event: Mapping[str, Any]) -> bytes:
    text = event.get("body") or ""
    return base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()


def _headers(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, values in (event.get("multiValueHeaders") or {}).items():
        if name.lower() not in _HOP_BY_HOP | {"host"}:
            yield from ((name, value) for value in values)


def _shaped(response: http.client.HTTPResponse) -> dict[str, Any]:
    content = response.read()
    headers: dict[str, list[str]] = {}
    for name, value in response.getheaders():
        if name.lower() not in _HOP_BY_HOP:
            headers.setdefault(name, []).append(value)
    try:
        body, encoded = content.decode(), False
    except UnicodeDecodeError:
        body, encoded = base64.b64encode(content).decode(), True
    return {"statusCode": response.status, "multiValueHeaders": headers, "body": body, "isBase64Encoded": encoded}


def _unavailable() -> dict[str, Any]:
    refusal = next(refusal for refusal in GATEWAY_PROBLEMS if refusal.response_type == "INTEGRATION_FAILURE")
    return {
        "statusCode": refusal.status,
        "multiValueHeaders": {name: [value] for name, value in refusal.headers.items()},
        "body": json.dumps(refusal.problem()),
        "isBase64Encoded": False,
    }


class _EventServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, services: Mapping[Service, str], address: tuple[str, int]) -> None:
        super().__init__(address, _EventHandler)
        self.services = {f"/{service}": url for service, url in services.items()}


class _EventHandler(BaseHTTPRequestHandler):
    server: _EventServer

    def do_POST(self) -> None:
        """Answer one invocation."""
        service_url = self.server.services.get(self.path)
        if service_url is None:
            self.send_error(404)
            return
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps(replay(event, service_url)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the services write the access log."""


def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    interrupts.listen()
    settings = GatewaySettings()
    services: dict[Service, str] = {"api": settings.api_address, "predict": settings.predict_address}
    everywhere = "0.0.0.0"  # noqa: S104  # inside a container; what is published decides its owner
    with _EventServer(services, (everywhere, settings.gateway_port)) as server, suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
