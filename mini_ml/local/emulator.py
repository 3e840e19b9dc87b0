"""The emulated AWS: how ministack is started, and the few ways in which it is told more than AWS is."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mini_ml.topology import REST_API_ID, REST_STAGE

MODULE: Final = "ministack"
ACCOUNT: Final = "000000000000"
REGION: Final = "us-east-1"
ACCESS_KEY: Final = "test"
SECRET_KEY: Final = "test"  # noqa: S105  # the emulator takes any; it listens on loopback

REST_API_TAGS: Final[Mapping[str, str]] = {"ms-custom-id": REST_API_ID, "_custom_id_": REST_API_ID}
"""Tags that fix the id of the REST API: the emulator's own, and the one of LocalStack."""

_SERVICES: Final = "s3,sqs,apigateway,lambda"
_NO_DOCKER: Final = "unix:///nonexistent/docker.sock"
_NO_PROXY: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def endpoint_url(port: int) -> str:
    """Return the address of the emulated AWS."""
    return f"http://127.0.0.1:{port}"


def queue_url(endpoint_url: str, queue_name: str) -> str:
    """Return the address of a queue; it follows from the name, whether or not the queue is there yet."""
    return f"{endpoint_url}/{ACCOUNT}/{queue_name}"


def environment(*, port: int, folder: Path) -> dict[str, str]:
    """Return the environment that keeps the emulator on loopback, its state in `folder`, and its hands off Docker."""
    return {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": _SERVICES,
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "s3"),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
        "TMPDIR": str(folder),
        "LOG_LEVEL": "WARNING",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": _NO_DOCKER,
    }


def is_ready(endpoint_url: str) -> bool:
    """Tell whether the emulator answers."""
    try:
        with _NO_PROXY.open(f"{endpoint_url}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def forwarding(url: str) -> dict[str, str]:
    """Return the environment of an emulated function whose invocations are posted to `url` as they are.

    The emulator's HTTP_PROXY integration follows redirects itself and drops every response header but the content
    type, so the REST API invokes functions, as it does on AWS, and those lead to the services (see gateway.py).
    """
    return {"MINISTACK_LAMBDA_PROXY_URL": url}


def rest_api_url(endpoint_url: str) -> str:
    """Return the address of the emulated REST API's stage."""
    return f"{endpoint_url}/_aws/execute-api/{REST_API_ID}/{REST_STAGE}"
