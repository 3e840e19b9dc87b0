"""Predicted against actual numbers, and the residuals."""

from mini_ml.contracts import Histogram
from mini_ml.figures.frame import Axis
from mini_ml.figures.histograms import draw_histogram
from mini_ml.figures.lines import draw_points
from mini_ml.report.blocks import Figure, Figures, Section, build_figure
from mini_ml.report.sections.context import Context, describe_notes
from mini_ml.report.sections.target import build_bins, describe_histogram


def build_regression(context: Context) -> Section | None:
    """Return the section; None for classification and for models that were not measured."""
    if context.profile is None or context.profile.regression is None:
        return None
    found = context.profile.regression
    figures = [_build_points(context, list(zip(found.actual, found.predicted, strict=True)))] if found.actual else []
    if found.residuals is not None:
        figures.append(_build_residuals(context, found.residuals))
    title, notes = context.words("errors_of_numbers"), describe_notes(context, "regression")
    return Section(name="regression", title=title, blocks=[Figures(figures=figures), *notes])


def _build_points(context: Context, points: list[tuple[float, float]]) -> Figure:
    words, title = context.words, context.words("predicted_actual")
    text = words("predicted_actual_desc", number=len(points))
    svg = draw_points(
        points,
        across=Axis(name=words("actual_axis", name=context.target)),
        up=Axis(name=words("predicted_axis", name=context.target)),
        title=title,
        description=text,
        locale=context.locale,
    )
    return build_figure(svg, caption=title, text=text)


def _build_residuals(context: Context, histogram: Histogram) -> Figure:
    words, title = context.words, context.words("residuals")
    text = describe_histogram(context, histogram, "residuals_desc")
    svg = draw_histogram(
        build_bins(histogram),
        across=Axis(name=words("residual_axis", name=context.target)),
        up=words("rows_axis"),
        title=title,
        description=text,
        locale=context.locale,
    )
    return build_figure(svg, caption=title, text=text)
