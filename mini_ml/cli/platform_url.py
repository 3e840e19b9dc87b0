"""What the URL of a platform says about where it runs."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from mini_ml.topology import STAGES

AWS_STAGES: Final = tuple(name for name, stage in STAGES.items() if not stage.is_emulated)


def is_loopback(url: str) -> bool:
    """Return whether a URL is one of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def find_stage(url: str) -> str | None:
    """Return the stage that the URL of a REST API ends with; None if it ends with another word."""
    last = urlsplit(url).path.strip("/").rpartition("/")[2]
    return last if last in AWS_STAGES else None
