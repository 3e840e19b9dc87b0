"""Configuration of ministack, the emulated AWS: environment, URLs, and settings that AWS does not have."""

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
SECRET_KEY: Final = "test"  # noqa: S105  # the emulator accepts any key and listens on loopback

REST_API_TAGS: Final[Mapping[str, str]] = {"ms-custom-id": REST_API_ID, "_custom_id_": REST_API_ID}
"""Tags that set a fixed id for the REST API, in ministack and in LocalStack."""

_SERVICES: Final = "s3,sqs,apigateway,lambda,events"
_NO_DOCKER: Final = "unix:///nonexistent/docker.sock"
_NO_PROXY: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def endpoint_url(port: int) -> str:
    """Return the URL of the emulated AWS."""
    return f"http://127.0.0.1:{port}"


def queue_url(endpoint_url: str, queue_name: str) -> str:
    """Return the URL of a queue, which depends on its name only; the queue need not exist yet."""
    return f"{endpoint_url}/{ACCOUNT}/{queue_name}"


def environment(*, port: int, folder: Path) -> dict[str, str]:
    """Return environment variables that keep the emulator on loopback, its state in `folder`, and Docker out of use."""
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
    """Return whether the emulator answers."""
    try:
        with _NO_PROXY.open(f"{endpoint_url}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def forwarding_environment(url: str) -> dict[str, str]:
    """Return the environment of an emulated function that posts its events to `url`.

    The emulator's HTTP_PROXY integration follows redirects and drops all response headers except the content type.
    The REST API therefore invokes functions, as on AWS, and these forward their events to the services (gateway.py).
    """
    return {"MINISTACK_LAMBDA_PROXY_URL": url}


def rest_api_url(endpoint_url: str) -> str:
    """Return the URL of the emulated REST API's stage."""
    return f"{endpoint_url}/_aws/execute-api/{REST_API_ID}/{REST_STAGE}"
