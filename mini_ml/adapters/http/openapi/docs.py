"""Swagger UI at `/docs`, with assets from this service and relative URLs."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import Response

from mini_ml.errors import RouteNotFound

router = APIRouter(include_in_schema=False)

_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Return the page."""
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=str(request.app.title),
        swagger_js_url="docs/swagger-ui-bundle.js",
        swagger_css_url="docs/swagger-ui.css",
        swagger_favicon_url="docs/favicon-32x32.png",
        swagger_ui_parameters={"tryItOutEnabled": True, "displayRequestDuration": True, "docExpansion": "list"},
    )
    page.headers["Content-Security-Policy"] = _policy(bytes(page.body).decode())
    return page


@router.get("/docs/{asset}")
def docs_asset(asset: str) -> Response:
    """Return an asset of the page."""
    if asset not in _ASSETS:
        raise RouteNotFound("No route matches this path. /docs lists all routes.")
    return Response(_read(asset), media_type=_ASSETS[asset], headers={"Cache-Control": "public, max-age=86400"})


def _policy(page: str) -> str:
    """Return the Content-Security-Policy: our files, the page's inline script by digest, inline styles and images."""
    digests = [sha256(script.encode()).digest() for script in re.findall("<script>(.*?)</script>", page, re.DOTALL)]
    scripts = " ".join(["'self'", *(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@cache
def _read(asset: str) -> bytes:
    return (files("fastapi_swagger") / "resources" / asset).read_bytes()
