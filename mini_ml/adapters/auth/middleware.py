"""Authenticate and authorize every request before it reaches a route.

The decision depends on the route alone and is made before the body is read. Routes are not secret, so unknown paths
return 404 with or without a credential.
"""

import re
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mini_ml import topology
from mini_ml.adapters.auth.authenticator import Authenticator
from mini_ml.adapters.auth.principal import ANONYMOUS, UNRESTRICTED, Principal
from mini_ml.adapters.http.answering.problems import error_response
from mini_ml.errors import Forbidden, MiniMLError, Unauthenticated
from mini_ml.topology import SCOPES, allows

CREDENTIAL_HEADERS: Final = ("authorization", "x-api-key")
_REALM: Final = 'Bearer realm="mini-ml"'
_CREDENTIAL: Final = re.compile(r"[A-Za-z0-9\-._~+/]{1,16384}=*")
"""Syntax of a bearer token (RFC 6750)."""


class AuthMiddleware:
    """ASGI middleware. Runs inside ResponseMiddleware, which has turned HEAD into GET."""

    def __init__(self, app: ASGIApp, *, authenticator: Authenticator | None) -> None:
        """Protect `app`; without an authenticator, every request has all scopes."""
        self.app = app
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward an authorized request, with its principal in `request.state`; reject any other."""
        if scope["type"] == "http":
            try:
                scope.setdefault("state", {})["principal"] = await self._authorize(scope)
            except MiniMLError as error:
                await error_response(error, headers=_challenge_headers(error))(scope, receive, send)
                return
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)

    async def _authorize(self, scope: Scope) -> Principal:
        """Return the principal of a request. Raises Unauthenticated, Forbidden or CredentialsUnavailable."""
        if self._authenticator is None:
            return UNRESTRICTED
        accepted = _accepted_scopes(scope)
        if accepted is None:
            return ANONYMOUS
        principal = await self._authenticator.authenticate(_read_credential(Headers(scope=scope)))
        _require_any(principal, accepted)
        return principal


def require_scope(request: Request, required: topology.Scope) -> None:
    """Require a scope that depends on the body of the request. Raises Forbidden."""
    _require_any(request.state.principal, frozenset({required}))


def has_scope(request: Request, scope: topology.Scope) -> bool:
    """Return whether a request may do more than its route requires."""
    return allows(request.state.principal.scopes, frozenset({scope}))


def _require_any(principal: Principal, accepted: frozenset[topology.Scope]) -> None:
    if not allows(principal.scopes, accepted):
        raise Forbidden(f"This request needs a credential with the scope {' or '.join(sorted(accepted))}.")


def _accepted_scopes(scope: Scope) -> frozenset[topology.Scope] | None:
    """Return the scopes that the request's route accepts; None if it needs no credential."""
    other: BaseRoute | None = None
    for route in scope["app"].router.routes:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            scope["route"] = route  # the log names the route of rejected requests too
            return topology.accepted_scopes(_path(route), scope["method"])
        if match is Match.PARTIAL:
            other = other or route
    if other is None or topology.accepted_scopes(_path(other), scope["method"]) is None:
        return None
    return SCOPES  # any valid credential gets the 405 of a method that the path does not support


def _path(route: BaseRoute) -> str:
    """Return the path pattern of a route; empty for mounts, which no topology route describes."""
    return route.path if isinstance(route, Route) else ""


def _read_credential(headers: Headers) -> str:
    """Return the credential in the headers of a request. Raises Unauthenticated."""
    bearers, keys = (headers.getlist(name) for name in CREDENTIAL_HEADERS)
    if not bearers and not keys:
        raise Unauthenticated("Missing credential. Send `Authorization: Bearer …` with an API key or a token.")
    if len(bearers) + len(keys) > 1:
        raise Unauthenticated("The request has more than one credential. Send only one.")
    scheme, _, credential = ("bearer", "", keys[0]) if keys else bearers[0].partition(" ")
    if scheme.lower() != "bearer" or not _CREDENTIAL.fullmatch(credential.strip(" ")):
        raise Unauthenticated("The credential cannot be parsed. Send `Authorization: Bearer …`.")
    return credential.strip(" ")


def _challenge_headers(error: MiniMLError) -> dict[str, str]:
    """Return the `WWW-Authenticate` header for an error (RFC 6750)."""
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": _REALM}
    if isinstance(error, Forbidden):
        return {"WWW-Authenticate": f'{_REALM}, error="insufficient_scope"'}
    return {}
