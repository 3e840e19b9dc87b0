"""What a stack that asks for credentials does with callers who have none, or a wrong one."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx2

from tests.docs.pages import ROOT
from tests.smoke.site import Site, require

_DOCUMENT: Final[Mapping[str, Any]] = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
_WRONG: Final = {"Authorization": "Bearer mml_nobody-has-this-key"}


def nobody_gets_in(site: Site) -> None:
    """Every documented route that is not public answers 401 without a credential and with a wrong one."""
    for path, item in _DOCUMENT["paths"].items():
        for method, operation in item.items():
            if operation["security"]:
                _refused(site, method.upper(), path, {}, (401, "unauthorized"))
                _refused(site, method.upper(), path, _WRONG, (401, "unauthorized"))


def _refused(site: Site, method: str, path: str, headers: Mapping[str, str], wanted: tuple[int, str]) -> None:
    address = site.api_url + path.replace("{", "").replace("}", "")
    answer = httpx2.request(method, address, headers=headers, timeout=40, trust_env=site.endpoint_url is None)
    found = (answer.status_code, answer.json()["code"] if answer.is_error else None)
    require(found == wanted, f"{method} {path} answers {found} where it should refuse with {wanted}.")


def the_public_routes_answer(site: Site) -> None:
    """What needs no credential answers without one."""
    for path in ("/", "/health", "/docs", "/openapi.json"):
        status = httpx2.get(site.api_url + path, timeout=40, trust_env=site.endpoint_url is None).status_code
        require(status == 200, f"{path} answers {status} without a credential.")


def a_reader_reads(site: Site) -> None:
    """A key with the scope read is answered 403 by every route that needs another, and may read."""
    reader = {"Authorization": f"Bearer {site.reader}"}
    for path, item in _DOCUMENT["paths"].items():
        for method, operation in item.items():
            if operation["security"] and {"bearer": ["read"]} not in operation["security"]:
                _refused(site, method.upper(), path, reader, (403, "forbidden"))
    status = httpx2.get(f"{site.api_url}/jobs", headers=reader, timeout=40, trust_env=site.endpoint_url is None)
    require(status.status_code == 200, f"A reader may not read the jobs: {status.status_code}.")


LOCKED: Final[Mapping[str, Callable[[Site], None]]] = {
    "401 without a credential and with a wrong one, on every route": nobody_gets_in,
    "the public routes answer everybody": the_public_routes_answer,
}

READER: Final[Mapping[str, Callable[[Site], None]]] = {
    "403 for a key with the scope read, on every other route": a_reader_reads,
}
"""For who has such a key."""
