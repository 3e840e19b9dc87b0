"""The REST API: its paths, the services that answer them, and the scopes that each method needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mini_ml.topology.resources import Service
from mini_ml.topology.scopes import ADMIN, Scope

REST_API_ID: Final = "mini-ml"
REST_STAGE: Final = "local"


@dataclass(frozen=True, kw_only=True)
class Route:
    """A path of the REST API and the service that answers it; `ANY` stands for every method."""

    path: str
    service: Service
    public: bool = False
    """Whether it answers without a credential."""
    scopes: Mapping[str, frozenset[Scope]] = field(default_factory=dict)
    """For each method the scopes of which any one is enough; `admin` always is, and alone where nothing is said."""

    def enough(self, method: str) -> frozenset[Scope] | None:
        """Return the scopes of which a method needs one; None where it needs no credential."""
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
    Route(path="/train", service="api", scopes=_TRAIN),
    Route(path="/predict", service="api", scopes=_PREDICT),
    # The kind of the upload decides which of the two it is; the service looks at it.
    Route(path="/uploads", service="api", scopes=_EITHER),
    Route(path="/jobs", service="api", scopes=_READ),
    Route(path="/jobs/{job_id}", service="api", scopes=_READ),
    Route(path="/jobs/{job_id}/result", service="api", scopes=_READ),
    Route(path="/jobs/{job_id}/retry", service="api"),
    Route(path="/jobs/{job_id}/cancel", service="api"),
    Route(path="/model-types", service="api", scopes=_READ),
    Route(path="/models", service="api", scopes=_READ),
    Route(path="/models/{model_name}", service="api", scopes=_READ),
    Route(path="/models/{model_name}/aliases/{alias}", service="api"),
    Route(path="/models/{model_name}/invocations", service="predict", scopes=_PREDICT),
    Route(path="/models/{model_name}/versions/{version}", service="api", scopes=_READ),
    Route(path="/models/{model_name}/versions/{version}/schema", service="api", scopes=_READ),
    # The download is signed by whoever answers, and only the predict service may read models.
    Route(path="/models/{model_name}/versions/{version}/artifact", service="predict", scopes=_READ),
    Route(path="/models/{model_name}/versions/{version}/invocations", service="predict", scopes=_PREDICT),
)

_BY_PATH: Final = {route.path: route for route in ROUTES}


def enough(path: str, method: str) -> frozenset[Scope] | None:
    """Return the scopes of which a method of a route needs one, None where it needs no credential.

    Nobody but an admin gets at a route that is not among ours.
    """
    route = _BY_PATH.get(path)
    return frozenset({ADMIN}) if route is None else route.enough(method)
