"""ROC, precision-recall and calibration: of the second label of two, or of the most frequent labels of more."""

from collections.abc import Callable, Sequence
from typing import Final

from mini_ml.contracts import ClassCurves
from mini_ml.figures.frame import Axis
from mini_ml.figures.lines import PlottedLine, Point, draw_lines
from mini_ml.report.blocks import Block, Figure, Figures, Paragraph, Section, build_figure
from mini_ml.report.cutting import cut
from mini_ml.report.sections.context import ReportContext, describe_notes, share_of

_DIAGONAL: Final = ((0.0, 0.0), (1.0, 1.0))
_SMALL: Final = (170.0, 160.0)
_USUAL: Final = (360.0, 290.0)


def build_curves(context: ReportContext) -> Section | None:
    """Return the section; None for regression and for models without probabilities or hold-out rows."""
    words, profile = context.words, context.profile
    notes = list(describe_notes(context, "curves"))
    if profile is None or not (profile.curves or notes):
        return None
    curves, blocks = profile.curves, []
    if len(curves) == 1:
        blocks = _build_for_one(context, curves[0])
    elif curves:
        blocks = _build_for_many(context, curves)
    return Section(name="curves", title=words("curves"), blocks=[*blocks, *notes])


def _build_for_one(context: ReportContext, curves: ClassCurves) -> list[Block]:
    text = context.words("curves_text", label=cut(curves.label))
    builders = (_build_roc, _build_precision_recall, _build_calibration)
    return [Paragraph(text=text), Figures(figures=[build(context, curves, _USUAL, "") for build in builders])]


def _build_for_many(context: ReportContext, many: Sequence[ClassCurves]) -> list[Block]:
    words, locale = context.words, context.locale
    text = words("curves_text_many", shown=len(many), number=len(context.labels))

    def build(title: str, build_one: Callable[..., Figure], area: Callable[[ClassCurves], str]) -> Block:
        figures = [build_one(context, curves, _SMALL, _caption(curves, area(curves))) for curves in many]
        return Figures(title=words(title), figures=figures, size="small")

    return [
        Paragraph(text=text),
        build("roc", _build_roc, lambda curves: f"AUC {locale.fixed(curves.roc_auc, 3)}"),
        build(
            "precision_recall",
            _build_precision_recall,
            lambda curves: f"AP {locale.fixed(curves.average_precision, 3)}",
        ),
        build("calibration", _build_calibration, lambda curves: ""),
    ]


def _caption(curves: ClassCurves, area: str) -> str:
    return f"{cut(curves.label, 30)}: {area}" if area else cut(curves.label, 30)


def _build_roc(context: ReportContext, curves: ClassCurves, size: tuple[float, float], caption: str) -> Figure:
    words = context.words
    points = list(zip(curves.roc.x, curves.roc.y, strict=True))
    text = words("roc_desc", area=curves.roc_auc)
    names = ("false_positive_rate", "true_positive_rate")
    return _build(context, points, names, size=size, title="roc", text=text, caption=caption, reference=_DIAGONAL)


def _build_precision_recall(
    context: ReportContext, curves: ClassCurves, size: tuple[float, float], caption: str
) -> Figure:
    points = list(zip(curves.precision_recall.x, curves.precision_recall.y, strict=True))
    share = share_of(curves.rows, context.manifest.metrics.holdout_rows)
    text = context.words("precision_recall_desc", area=curves.average_precision, share=context.locale.share(share))
    names = ("recall_axis", "precision_axis")
    level = ((0.0, share), (1.0, share))
    return _build(
        context, points, names, size=size, title="precision_recall", text=text, caption=caption, reference=level
    )


def _build_calibration(context: ReportContext, curves: ClassCurves, size: tuple[float, float], caption: str) -> Figure:
    points = [(group.probability, group.share) for group in curves.calibration]
    text = context.words("calibration_desc")
    names = ("probability_axis", "happened_axis")
    return _build(
        context, points, names, size=size, title="calibration", text=text, caption=caption, reference=_DIAGONAL
    )


def _build(
    context: ReportContext,
    points: Sequence[Point],
    names: tuple[str, str],
    *,
    size: tuple[float, float],
    title: str,
    text: str,
    caption: str,
    reference: Sequence[Point],
) -> Figure:
    """Return one curve; in a small figure, the sentence is for screen readers alone."""
    words = context.words
    short = "_short" if caption else ""
    across, up = (Axis(name=words(f"{name}{short}"), quantity="share", low=0, high=1) for name in names)
    width, height = size
    svg = draw_lines(
        [PlottedLine(points=points)],
        across=across,
        up=up,
        title=f"{words(title)}, {caption}" if caption else words(title),
        description=text,
        locale=context.locale,
        reference=reference,
        dots=title == "calibration",
        width=width,
        height=height,
        ticks=2 if caption else 5,
    )
    return build_figure(svg, caption=caption or words(title), text="" if caption else text)
