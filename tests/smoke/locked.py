"""Check that a deployed stack rejects requests without a valid credential or without the required scope."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx2

from tests.docs.pages import ROOT
from tests.smoke.site import Site, require

_DOCUMENT: Final[Mapping[str, Any]] = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
_WRONG: Final = {"Authorization": "Bearer mml_nobody-has-this-key"}


def check_credential_required(site: Site) -> None:
    """Check that every protected route returns 401 without a credential and with a wrong one."""
    for path, item in _DOCUMENT["paths"].items():
        for method, operation in item.items():
            if operation["security"]:
                _require_rejection(site, method.upper(), path, {}, (401, "unauthorized"))
                _require_rejection(site, method.upper(), path, _WRONG, (401, "unauthorized"))


def _require_rejection(site: Site, method: str, path: str, headers: Mapping[str, str], wanted: tuple[int, str]) -> None:
    address = site.api_url + path.replace("{", "").replace("}", "")
    answer = httpx2.request(method, address, headers=headers, timeout=40, trust_env=site.endpoint_url is None)
    found = (answer.status_code, answer.json()["code"] if answer.is_error else None)
    require(found == wanted, f"{method} {path} returned {found}; expected {wanted}.")


def check_public_routes(site: Site) -> None:
    """Check that the public routes return 200 without a credential."""
    for path in ("/", "/health", "/docs", "/openapi.json"):
        status = httpx2.get(site.api_url + path, timeout=40, trust_env=site.endpoint_url is None).status_code
        require(status == 200, f"{path} returned {status} without a credential; expected 200.")


def check_read_scope(site: Site) -> None:
    """Check that a key with the scope read can read, and gets 403 from every route that needs another scope."""
    reader = {"Authorization": f"Bearer {site.reader}"}
    for path, item in _DOCUMENT["paths"].items():
        for method, operation in item.items():
            if operation["security"] and {"bearer": ["read"]} not in operation["security"]:
                _require_rejection(site, method.upper(), path, reader, (403, "forbidden"))
    status = httpx2.get(f"{site.api_url}/jobs", headers=reader, timeout=40, trust_env=site.endpoint_url is None)
    require(
        status.status_code == 200,
        f"GET /jobs returned {status.status_code} for a key with the scope read; expected 200.",
    )


LOCKED: Final[Mapping[str, Callable[[Site], None]]] = {
    "401 without a credential and with a wrong one, on every route": check_credential_required,
    "200 from the public routes without a credential": check_public_routes,
}

READER: Final[Mapping[str, Callable[[Site], None]]] = {
    "403 for a key with the scope read, on every other route": check_read_scope,
}
"""Checks that need a key with the scope read."""
