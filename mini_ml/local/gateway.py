"""Forward API Gateway events from the emulated functions to the services as HTTP requests.

The events are those a Lambda function receives, so the REST API, its resources and its integrations are the same as
on AWS. Only the last step differs: an HTTP request to a uvicorn process, which handles many requests at once.
`mini-ml up` runs this server in its own process; a container runs it with `python -m mini_ml.local.gateway`.
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

from mini_ml.adapters.configuration import read_settings
from mini_ml.correlation import choose_correlation_id, parse_correlation_id
from mini_ml.local import interrupts
from mini_ml.local.listening import LOOPBACK
from mini_ml.topology import CORRELATION_ID, GATEWAY_PROBLEMS, Service

_HOP_BY_HOP: Final = frozenset({"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"})
_TIMEOUT_SECONDS: Final = 35.0


class GatewaySettings(BaseSettings):
    """Settings of the event server in a container."""

    model_config = SettingsConfigDict(env_prefix="MINI_ML_", frozen=True, extra="ignore")

    api_address: str
    """URL of the api service."""

    predict_address: str
    """URL of the predict service."""

    gateway_port: int = Field(default=9000, ge=1, le=65535)
    """Port for the events, on all interfaces of the container; the path of the request names the service."""


@contextmanager
def serve_events(services: Mapping[Service, str]) -> Iterator[dict[Service, str]]:
    """Accept gateway events on a free loopback port while the block runs; yield the event URL of each service."""
    server = _EventServer(services, (LOOPBACK, 0))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="gateway", daemon=True)
    thread.start()
    try:
        yield {service: f"http://{LOOPBACK}:{server.server_port}/{service}" for service in services}
    finally:
        server.shutdown()
        server.server_close()


def replay(event: Mapping[str, Any], service_url: str) -> dict[str, Any]:
    """Send a REST API event to a service as an HTTP request, and return the response in the format of a function."""
    address = urlsplit(service_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.putrequest(event["httpMethod"], _build_target(event), skip_accept_encoding=True)
        body = _read_body(event)
        for name, value in _forwarded_headers(event):
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return _build_result(connection.getresponse())
    except (OSError, http.client.HTTPException):
        return _build_unavailable_result(event)
    finally:
        connection.close()


def _build_target(event: Mapping[str, Any]) -> str:
    path = quote(event["path"], safe="/:@!$&'()*+,;=~")
    query = urlencode(event.get("multiValueQueryStringParameters") or {}, doseq=True)
    return f"{path}?{query}" if query else path


def _read_body(event: Mapping[str, Any]) -> bytes:
    text = event.get("body") or ""
    return base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()


def _forwarded_headers(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the headers of a request, with the correlation id that a function on Lambda would use."""
    for name, values in (event.get("multiValueHeaders") or {}).items():
        if name.lower() not in _HOP_BY_HOP | {"host", CORRELATION_ID.lower()}:
            yield from ((name, value) for value in values)
    if correlation_id := choose_correlation_id(_read_sent_ids(event), _find_request_id(event)):
        yield CORRELATION_ID, correlation_id


def _read_sent_ids(event: Mapping[str, Any]) -> list[str]:
    headers = (event.get("multiValueHeaders") or {}).items()
    return [value for name, values in headers if name.lower() == CORRELATION_ID.lower() for value in values]


def _find_request_id(event: Mapping[str, Any]) -> str | None:
    return parse_correlation_id((event.get("requestContext") or {}).get("requestId"))


def _build_result(response: http.client.HTTPResponse) -> dict[str, Any]:
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


def _build_unavailable_result(event: Mapping[str, Any]) -> dict[str, Any]:
    problem = next(problem for problem in GATEWAY_PROBLEMS if problem.response_type == "INTEGRATION_FAILURE")
    headers = {**problem.headers, CORRELATION_ID: _find_request_id(event) or ""}
    return {
        "statusCode": problem.status,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "body": json.dumps(problem.problem()),
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
        """Handle one invocation."""
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
        """Log nothing: the services write the access log."""


def main() -> None:
    """Serve events until SIGTERM or Ctrl-C."""
    interrupts.install_handlers()
    settings = read_settings(GatewaySettings)
    services: dict[Service, str] = {"api": settings.api_address, "predict": settings.predict_address}
    all_interfaces = "0.0.0.0"  # noqa: S104  # inside a container; its published ports decide who can connect
    with _EventServer(services, (all_interfaces, settings.gateway_port)) as server, suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
