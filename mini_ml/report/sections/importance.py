"""Permutation importance of the columns."""

from typing import Final

from mini_ml.contracts import ClassificationMetrics, Importance
from mini_ml.figures.dots import DotRow, draw_dots
from mini_ml.figures.frame import Axis
from mini_ml.report.blocks import Block, Figures, Paragraph, Section, build_figure
from mini_ml.report.cutting import cut
from mini_ml.report.sections.context import ReportContext, describe_notes

_MOST: Final = 20


def build_importance(context: ReportContext) -> Section | None:
    """Return the section; None if there is nothing to say about it."""
    words, profile = context.words, context.profile
    notes = list(describe_notes(context, "importance"))
    if profile is None or not (profile.importance or notes):
        return None
    blocks: list[Block] = []
    if profile.importance:
        blocks = [Paragraph(text=words("importance_text")), _build_figure(context, profile.importance)]
    return Section(name="importance", title=words("importance"), blocks=[*blocks, *notes])


def _build_figure(context: ReportContext, every: tuple[Importance, ...]) -> Block:
    words, shown = context.words, every[:_MOST]
    title = words("importance_title")
    text = words("importance_desc", names=", ".join(cut(one.name, 40) for one in shown[:3]))
    if len(every) > len(shown):
        text = f"{text}. {words('importance_cut', shown=len(shown), number=len(every))}"
    svg = draw_dots(
        [_build_row(one) for one in shown],
        across=Axis(name=words(_name_increase(context))),
        title=title,
        description=text,
        locale=context.locale,
        zero=True,
    )
    return Figures(figures=[build_figure(svg, caption=title, text=text)])


def _build_row(importance: Importance) -> DotRow:
    interval = importance.interval
    low, high = (interval.low, interval.high) if interval else (None, None)
    return DotRow(label=cut(importance.name, 40), values=[importance.increase], low=low, high=high)


def _name_increase(context: ReportContext) -> str:
    metrics = context.manifest.metrics
    if not isinstance(metrics, ClassificationMetrics):
        return "decrease_r2"
    return "increase_wrong" if metrics.log_loss is None else "increase_log_loss"
