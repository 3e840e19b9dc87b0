"""The route that compares two versions of a model.

The api alone has it. The routes of aliases, which every service has, compare versions too if `if_better` is set.
"""

from typing import Annotated, Literal

from fastapi import Header, Query, Request
from starlette.responses import Response

from mini_ml import errors, keys
from mini_ml.adapters.http.answering.views import json_response
from mini_ml.adapters.http.openapi.document import problem_responses
from mini_ml.adapters.http.reading.media_types import prefers_html
from mini_ml.adapters.http.routes.models import ModelName
from mini_ml.adapters.http.service import CloudDep, new_router
from mini_ml.contracts import VersionComparison
from mini_ml.parallel import map_parallel
from mini_ml.registry import aliases
from mini_ml.registry.comparison import compare_versions
from mini_ml.registry.holdout_rows import FEWEST_DISTINCT, FEWEST_ROWS
from mini_ml.report.language import Language, choose_language

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
ComparisonFormat = Annotated[
    Literal["html", "json"] | None,
    Query(description="`html` is a page, `json` its figures; without it, `Accept` decides, and JSON is the default."),
]
ComparisonLanguage = Annotated[
    Language | None, Query(description="Language of the page; without it, `Accept-Language` decides.")
]
AcceptLanguage = Annotated[str | None, Header(description="Languages that the reader prefers; English otherwise.")]


@router.get(
    "/models/{model_name}/compare",
    summary="Compare two versions",
    response_model=VersionComparison,
    response_description="Data, parameters and metrics side by side, and whether the difference is more than chance.",
    responses={
        200: {"content": {"text/html": {"schema": {"type": "string"}}}},
        **problem_responses(400, 404, 422, 503),
    },
)
def compare_two_versions(
    request: Request,
    cloud: CloudDep,
    model_name: ModelName,
    versions: Versions,
    format: ComparisonFormat = None,
    lang: ComparisonLanguage = None,
    accept_language: AcceptLanguage = None,
) -> Response:
    """Compares the predictions of both versions for the rows that both held out: none of them was fitted on these.

    The difference of the log loss (classification) or of the RMSE (regression) decides, by a paired bootstrap interval
    with a confidence of 95 %. With fewer than 200 common rows, or 50 different ones, there is no
    verdict.
    """
    keys.validate_model_name(model_name)
    asked = _split_versions(versions)
    first, second = map_parallel(lambda version: aliases.resolve(cloud.artifacts, model_name, version), asked)
    found = compare_versions(cloud, model_name, first, second)
    if format == "html" or (format is None and prefers_html(request.headers.get("accept"))):
        return _answer_with_page(found, lang or choose_language(accept_language))
    return json_response(found, headers={"Vary": "Accept, Accept-Language"})


def _split_versions(text: str) -> list[str]:
    """Return the two versions in the parameter. Raises InvalidOption or InvalidName."""
    asked = [part.strip() for part in text.split(",")]
    if len(asked) != 2:
        issue = errors.Issue(
            parameter="versions", reason=f"{len(asked)} versions instead of 2", hint="separate two by a comma: 3,7"
        )
        raise errors.InvalidOption("`versions` needs two versions, separated by a comma.", issues=[issue])
    return [keys.validate_version(version) for version in asked]


def _answer_with_page(found: VersionComparison, language: Language) -> Response:
    from mini_ml.report import comparison_page, pages  # import Jinja2, which only this needs

    return Response(
        comparison_page.render_comparison(
            found, fewest_rows=FEWEST_ROWS, fewest_distinct=FEWEST_DISTINCT, language=language
        ),
        media_type="text/html",
        headers={
            "Content-Language": language,
            "Content-Security-Policy": f"{pages.content_security_policy()}; frame-ancestors 'none'",
            "Vary": "Accept, Accept-Language",
        },
    )
