"""Route that compares two versions of a model."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from mini_ml import errors, keys
from mini_ml.adapters.http.answering.views import json_response
from mini_ml.adapters.http.openapi.document import problem_responses
from mini_ml.adapters.http.routes.models import ModelName
from mini_ml.adapters.http.service import CloudDep, new_router
from mini_ml.contracts import VersionComparison
from mini_ml.parallel import map_parallel
from mini_ml.registry import aliases
from mini_ml.registry.comparison import compare_versions

router = new_router("Models")

_ONE = keys.VERSION.removeprefix("^").removesuffix("$")
Versions = Annotated[
    str,
    Query(
        description="Two versions, separated by a comma: numbers, aliases or `latest`. The second one is judged.",
        openapi_examples={"the newest one": {"value": "1,latest"}},
        json_schema_extra={"pattern": f"^{_ONE},{_ONE}$"},
    ),
]


@router.get(
    "/models/{model_name}/compare",
    summary="Compare two versions",
    response_model=VersionComparison,
    response_description="Data, parameters and metrics side by side, and whether the difference is more than chance.",
    responses=problem_responses(400, 404, 422, 503),
)
def compare(cloud: CloudDep, model_name: ModelName, versions: Versions) -> Response:
    """Compares the predictions of both versions for the rows that both held out: none of them was fitted on these.

    The difference of the log loss (classification) or of the RMSE (regression) decides, by a paired bootstrap interval
    with a confidence of 95 %. With fewer than 200 common rows there is no verdict.
    """
    keys.validate_model_name(model_name)
    asked = _split_versions(versions)
    first, second = map_parallel(lambda version: aliases.resolve(cloud.artifacts, model_name, version), asked)
    return json_response(compare_versions(cloud, model_name, first, second))


def _split_versions(text: str) -> list[str]:
    """Return the two versions in the parameter. Raises InvalidOption or InvalidName."""
    asked = [part.strip() for part in text.split(",")]
    if len(asked) != 2:
        issue = errors.Issue(
            parameter="versions", reason=f"{len(asked)} versions instead of 2", hint="separate two by a comma: 3,7"
        )
        raise errors.InvalidOption("`versions` needs two versions, separated by a comma.", issues=[issue])
    return [keys.validate_version(version) for version in asked]
