"""Routes of the REST API: paths, the services that handle them, and the scopes that each method accepts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mini_ml.topology.resources import Service
from mini_ml.topology.scopes import ADMIN, Scope

REST_API_ID: Final = "mini-ml"
REST_STAGE: Final = "local"


@dataclass(frozen=True, kw_only=True)
class Route:
    """A path of the REST API and the service that handles it, for every method."""

    path: str
    service: Service
    public: bool = False
    """Whether the route needs no credential."""
    behind_gateway: bool = True
    """Whether the REST API forwards the route; if not, only the address of the service itself has it."""
    scopes: Mapping[str, frozenset[Scope]] = field(default_factory=dict)
    """Accepted scopes by method; one of them suffices. `admin` is always accepted, and is the default."""

    def accepted_scopes(self, method: str) -> frozenset[Scope] | None:
        """Return the scopes that a method accepts; None if the route is public."""
        return None if self.public else self.scopes.get(method, frozenset({ADMIN}))


_READ: Final[Mapping[str, frozenset[Scope]]] = {"GET": frozenset({"read"})}
_TRAIN: Final[Mapping[str, frozenset[Scope]]] = {"POST": frozenset({"train"})}
_PREDICT: Final[Mapping[str, frozenset[Scope]]] = {"POST": frozenset({"predict"})}
_EITHER: Final[Mapping[str, frozenset[Scope]]] = {"POST": frozenset({"train", "predict"})}

ROUTES: Final[tuple[Route, ...]] = (
    Route(path="/", service="api", public=True),
    Route(path="/health", service="api", public=True),
    Route(path="/docs", service="api", public=True),
    Route(path="/docs/{asset}", service="api", public=True),
    Route(path="/openapi.json", service="api", public=True),
    # It is about the processes of one service, so that service is asked at its own address; functions have none.
    Route(path="/metrics", service="api", scopes=_READ, behind_gateway=False),
    Route(path="/train", service="api", scopes=_TRAIN),
    Route(path="/predict", service="api", scopes=_PREDICT),
    # Only the services with the ML stack can read a file, and of these predict is the one that answers online.
    Route(path="/inspect", service="predict", scopes=_TRAIN),
    # The service checks the scope that matches the `kind` in the body.
    Route(path="/uploads", service="api", scopes=_EITHER),
    Route(path="/jobs", service="api", scopes=_READ),
    Route(path="/jobs/{job_id}", service="api", scopes=_READ),
    Route(path="/jobs/{job_id}/result", service="api", scopes=_READ),
    Route(path="/jobs/{job_id}/summary", service="api", scopes=_READ),
    Route(path="/jobs/{job_id}/rejects", service="api", scopes=_READ),
    Route(path="/jobs/{job_id}/retry", service="api"),
    Route(path="/jobs/{job_id}/cancel", service="api"),
    Route(path="/model-types", service="api", scopes=_READ),
    Route(path="/models", service="api", scopes=_READ),
    Route(path="/models/{model_name}", service="api", scopes=_READ),
    Route(path="/models/{model_name}/aliases/{alias}", service="api"),
    Route(path="/models/{model_name}/invocations", service="predict", scopes=_PREDICT),
    Route(path="/models/{model_name}/versions/{version}", service="api", scopes=_READ),
    Route(path="/models/{model_name}/versions/{version}/schema", service="api", scopes=_READ),
    Route(path="/models/{model_name}/versions/{version}/report", service="api", scopes=_READ),
    Route(path="/models/{model_name}/versions/{version}/drift", service="api", scopes=_READ),
    # The service that handles this route signs the download URL, and only predict may read models.
    Route(path="/models/{model_name}/versions/{version}/artifact", service="predict", scopes=_READ),
    Route(path="/models/{model_name}/versions/{version}/invocations", service="predict", scopes=_PREDICT),
)

GATEWAY_ROUTES: Final[tuple[Route, ...]] = (
    *(route for route in ROUTES if route.behind_gateway),
    Route(path="/{proxy+}", service="api", public=True),
)
"""Routes of the gateway. All other paths reach the api, which answers 404; the gateway itself would read a bearer token
of a request to an unknown path as a signature, and answer that it is malformed."""

_BY_PATH: Final = {route.path: route for route in ROUTES}


def accepted_scopes(path: str, method: str) -> frozenset[Scope] | None:
    """Return the scopes that a route accepts for a method; None if the route is public.

    Routes that are not in `ROUTES` accept `admin` only.
    """
    route = _BY_PATH.get(path)
    return frozenset({ADMIN}) if route is None else route.accepted_scopes(method)
