"""In front of every service's routes: no request gets to one without the credential and the scope that it needs.

It decides before a body is read and before anything is looked up, by the route alone. Which routes there are is no
secret, so a path that is none stays a 404.
"""

import re
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mini_ml import topology
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.auth.caller import ANYBODY, NOBODY, Caller
from mini_ml.adapters.http.problems import response_to
from mini_ml.errors import Forbidden, MiniMLError, Unauthenticated
from mini_ml.topology import SCOPES, allows

CREDENTIAL_HEADERS: Final = ("authorization", "x-api-key")
_REALM: Final = 'Bearer realm="mini-ml"'
_CREDENTIAL: Final = re.compile(r"[A-Za-z0-9\-._~+/]{1,16384}=*")
"""What RFC 6750 takes for a bearer token."""


class AuthMiddleware:
    """Wraps an ASGI application; it stands within the envelope, where HEAD has become GET."""

    def __init__(self, app: ASGIApp, *, authenticator: Authenticator | None) -> None:
        """Take what is guarded, and who decides about credentials; None lets everybody do everything."""
        self.app = app
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if it may pass, else refuse it; there are no routes but those of HTTP."""
        if scope["type"] == "http":
            try:
                scope.setdefault("state", {})["caller"] = await self._admitted(scope)
            except MiniMLError as refusal:
                await response_to(refusal, headers=_challenge(refusal))(scope, receive, send)
                return
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)

    async def _admitted(self, scope: Scope) -> Caller:
        """Return who calls. Raises Unauthenticated, Forbidden or CredentialsUnavailable unless he may pass."""
        if self._authenticator is None:
            return ANYBODY
        enough = _enough(scope)
        if enough is None:
            return NOBODY
        caller = await self._authenticator.caller(_presented(Headers(scope=scope)))
        _require(caller, enough)
        return caller


def require(request: Request, wanted: topology.Scope) -> None:
    """Refuse a caller who lacks a scope that only the body of his request tells. Raises Forbidden."""
    _require(request.state.caller, frozenset({wanted}))


def _require(caller: Caller, enough: frozenset[topology.Scope]) -> None:
    if not allows(caller.scopes, enough):
        raise Forbidden(f"This needs a credential with the scope {' or '.join(sorted(enough))}.")


def _enough(scope: Scope) -> frozenset[topology.Scope] | None:
    """Return the scopes of which the request needs one; None where it needs no credential."""
    other: BaseRoute | None = None
    for route in scope["app"].router.routes:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            scope["route"] = route  # for the log, which names the route of a refusal too
            return topology.enough(_path(route), scope["method"])
        if match is Match.PARTIAL:
            other = other or route
    if other is None or topology.enough(_path(other), scope["method"]) is None:
        return None
    return SCOPES  # no route takes the method; to learn that, any credential will do


def _path(route: BaseRoute) -> str:
    """Return the pattern of a route; of what has routes within, as a mount, nothing is known."""
    return route.path if isinstance(route, Route) else ""


def _presented(headers: Headers) -> str:
    """Return the one credential of a request. Raises Unauthenticated."""
    bearers, keys = (headers.getlist(name) for name in CREDENTIAL_HEADERS)
    if not bearers and not keys:
        raise Unauthenticated("A credential is needed: `Authorization: Bearer …`, with an API key or a token.")
    if len(bearers) + len(keys) > 1:
        raise Unauthenticated("More than one credential was sent; send one.")
    scheme, _, credential = ("bearer", "", keys[0]) if keys else bearers[0].partition(" ")
    if scheme.lower() != "bearer" or not _CREDENTIAL.fullmatch(credential.strip(" ")):
        raise Unauthenticated("The credential cannot be read: write `Authorization: Bearer …`.")
    return credential.strip(" ")


def _challenge(refusal: MiniMLError) -> dict[str, str]:
    """Return the header by which RFC 6750 tells what is missing."""
    if isinstance(refusal, Unauthenticated):
        return {"WWW-Authenticate": _REALM}
    if isinstance(refusal, Forbidden):
        return {"WWW-Authenticate": f'{_REALM}, error="insufficient_scope"'}
    return {}
