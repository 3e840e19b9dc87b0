"""The REST API: its paths and the rooms that answer them."""

from dataclasses import dataclass
from typing import Final

from mini_ml.topology.resources import Room

REST_API_ID: Final = "mini-ml"
REST_STAGE: Final = "local"


@dataclass(frozen=True, kw_only=True)
class Route:
    """A path of the REST API and the room that answers it; `ANY` stands for every method."""

    path: str
    room: Room


ROUTES: Final[tuple[Route, ...]] = (
    Route(path="/", room="api"),
    Route(path="/health", room="api"),
    Route(path="/docs", room="api"),
    Route(path="/docs/{asset}", room="api"),
    Route(path="/openapi.json", room="api"),
    Route(path="/train", room="api"),
    Route(path="/predict", room="api"),
    Route(path="/uploads", room="api"),
    Route(path="/jobs", room="api"),
    Route(path="/jobs/{job_id}", room="api"),
    Route(path="/jobs/{job_id}/result", room="api"),
    Route(path="/jobs/{job_id}/retry", room="api"),
    Route(path="/jobs/{job_id}/cancel", room="api"),
    Route(path="/model-types", room="api"),
    Route(path="/models", room="api"),
    Route(path="/models/{model_name}", room="api"),
    Route(path="/models/{model_name}/aliases/{alias}", room="api"),
    Route(path="/models/{model_name}/invocations", room="predict"),
    Route(path="/models/{model_name}/versions/{version}", room="api"),
    Route(path="/models/{model_name}/versions/{version}/schema", room="api"),
    # The download is signed by whoever answers, and only the predict room may read models.
    Route(path="/models/{model_name}/versions/{version}/artifact", room="predict"),
    Route(path="/models/{model_name}/versions/{version}/invocations", room="predict"),
)
