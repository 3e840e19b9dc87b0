"""The report of a model version. The api alone has it: it may read the stored figures, and renders them."""

from typing import Annotated, Final, Literal

from fastapi import Header, Query, Request
from starlette.responses import Response

from mini_ml.adapters.auth.middleware import has_scope
from mini_ml.adapters.http.answering.links import links_from
from mini_ml.adapters.http.answering.views import json_response
from mini_ml.adapters.http.openapi.document import problem_responses
from mini_ml.adapters.http.routes.models import ModelName, Version
from mini_ml.adapters.http.service import CloudDep, new_router
from mini_ml.contracts import Manifest, Profile, ReportView
from mini_ml.jobs.job_links import version_path
from mini_ml.registry import aliases
from mini_ml.registry.profiles import load_profile
from mini_ml.registry.sealing import load_verified_manifest
from mini_ml.report.language import Language, choose_language
from mini_ml.report.shortening import shorten_profile
from mini_ml.report.values import without_values
from mini_ml.topology.lambda_encoding import is_larger_encoded

router = new_router("Models")

_OTHER_BYTES: Final = 20_000
"""Of an answer, for its headers and for what it has besides the figures."""

ReportFormat = Annotated[
    Literal["html", "json"], Query(description="`html` is the page, `json` the figures that it is made of.")
]
ReportLanguage = Annotated[
    Language | None, Query(description="Language of the page; without it, `Accept-Language` decides.")
]
AcceptLanguage = Annotated[str | None, Header(description="Languages that the reader prefers; English otherwise.")]


@router.get(
    "/models/{model_name}/versions/{version}/report",
    summary="Get the report of a model version",
    response_model=ReportView,
    response_description="The page, or with `format=json` its figures.",
    responses={
        200: {"content": {"text/html": {"schema": {"type": "string"}}}},
        **problem_responses(404, 422, 503),
    },
)
def get_report(
    request: Request,
    cloud: CloudDep,
    model_name: ModelName,
    version: Version,
    format: ReportFormat = "html",
    lang: ReportLanguage = None,
    accept_language: AcceptLanguage = None,
) -> Response:
    """One page with the data, metrics, figures and limits of a version; it needs no other file and has no scripts.

    Values of cells are shown only to credentials with the scope `train`; others see counts. A model of a release
    without reports has the figures that its manifest knows. Figures of very many columns are shortened so that the
    answer has at most 6 MB; `notes` says which.
    """
    manifest = load_verified_manifest(cloud, model_name, aliases.resolve(cloud.artifacts, model_name, version))
    profile = load_profile(cloud, manifest)
    values = has_scope(request, "train")
    if format == "json":
        most_bytes = cloud.stage.limits.encoded_answer_bytes - _OTHER_BYTES
        return _answer_with_figures(request, manifest, profile, values=values, most_bytes=most_bytes)
    return _answer_with_page(manifest, profile, language=lang or choose_language(accept_language), values=values)


def _answer_with_figures(
    request: Request, manifest: Manifest, profile: Profile | None, *, values: bool, most_bytes: int
) -> Response:
    def fits(figures: Profile) -> bool:
        return not is_larger_encoded(figures.model_dump_json(by_alias=True), most_bytes)

    link, here = links_from(request), version_path(manifest.model_name, manifest.version)
    shown = profile if profile is None or values else without_values(profile)
    view = ReportView(
        model_name=manifest.model_name,
        version=manifest.version,
        values=values,
        profile=shown and shorten_profile(shown, fits=fits),
        links={"self": link(f"{here}/report"), "model_version": link(here)},
    )
    return json_response(view)


def _answer_with_page(manifest: Manifest, profile: Profile | None, *, language: Language, values: bool) -> Response:
    from mini_ml.report import pages, render  # import Jinja2, which only this needs

    return Response(
        render.render_report(manifest, profile, language=language, values=values),
        media_type="text/html",
        headers={
            "Content-Language": language,
            "Content-Security-Policy": f"{pages.content_security_policy()}; frame-ancestors 'none'",
            "Vary": "Accept-Language",
        },
    )
