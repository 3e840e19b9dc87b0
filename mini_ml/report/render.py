"""Render the report of a model version as one HTML page that needs no other file and no script."""

from typing import Final

from mini_ml.contracts import Profile, UnsealedManifest
from mini_ml.report.blocks import Text, mark_code
from mini_ml.report.language import Language
from mini_ml.report.page_limits import PageLimits, limit_section
from mini_ml.report.pages import render_page
from mini_ml.report.sections.asked import build_asked
from mini_ml.report.sections.candidates import build_candidates
from mini_ml.report.sections.confusion import build_confusion
from mini_ml.report.sections.context import ReportContext
from mini_ml.report.sections.curves import build_curves
from mini_ml.report.sections.data import build_data
from mini_ml.report.sections.dependence import build_dependence
from mini_ml.report.sections.importance import build_importance
from mini_ml.report.sections.limits import build_limits
from mini_ml.report.sections.metrics import build_metrics
from mini_ml.report.sections.regression import build_regression
from mini_ml.report.sections.usage import build_calls, build_reproduction
from mini_ml.report.sections.worst import build_worst
from mini_ml.report.values import without_values
from mini_ml.report.words import Words

MOST_BYTES: Final = 1_000_000
"""Maximum size of a page."""
_LIMITS: Final = (
    PageLimits(columns=500, rows=500, code_chars=20_000),
    PageLimits(columns=250, rows=250, code_chars=20_000),
    PageLimits(columns=100, rows=100, code_chars=10_000),
    PageLimits(columns=30, rows=30, code_chars=5_000),
    PageLimits(columns=5, rows=10, code_chars=2_000),
)
"""What a page lists: the first of these with which it is small enough. The last is, whatever the model is."""
_BUILDERS: Final = (
    build_asked,
    build_data,
    build_candidates,
    build_metrics,
    build_confusion,
    build_regression,
    build_curves,
    build_importance,
    build_dependence,
    build_worst,
    build_limits,
    build_reproduction,
    build_calls,
)


def render_report(manifest: UnsealedManifest, profile: Profile | None, *, language: Language, values: bool) -> bytes:
    """Return the report of a model version, at most 1 MB of HTML in UTF-8.

    Args:
        manifest: the manifest of the version.
        profile: its figures; None for models of releases without them.
        language: language of the page.
        values: whether cell values of the dataset are shown; otherwise only counts are.
    """
    shown = profile if profile is None or values else without_values(profile)
    page = b""
    for limits in _LIMITS:
        context = ReportContext(
            manifest=manifest, profile=shown, words=Words(language), values=values, most_columns=limits.columns
        )
        page = _render(context, limits)
        if len(page) <= MOST_BYTES:
            break
    return page


def _render(context: ReportContext, limits: PageLimits) -> bytes:
    words, manifest = context.words, context.manifest
    built = [section for build in _BUILDERS if (section := build(context)) is not None]
    return render_page(
        "report.html.j2",
        words=words,
        title=words("report_title", model=manifest.model_name, version=manifest.version),
        heading=words("heading", model=manifest.model_name, version=manifest.version),
        summary=_summarize(context),
        notices=_notice(context),
        sections=[limit_section(section, limits, words) for section in built],
    )


def _summarize(context: ReportContext) -> list[str]:
    words, manifest = context.words, context.manifest
    if manifest.task == "classification":
        first = words("predicts_classes", target=context.target, number=len(context.labels))
    else:
        first = words("predicts_number", target=context.target)
    return [first, words("created", moment=context.locale.moment(manifest.created_at))]


def _notice(context: ReportContext) -> list[Text]:
    """Return what the reader must know about the page itself."""
    words = context.words
    notices: list[Text] = [mark_code(words("superseded"))] if context.manifest.superseded else []
    if context.profile is None:
        notices.append(words("no_profile"))
    if not context.values:
        notices.append(mark_code(words("values_hidden")))
    return notices
