"""Permutation importance of the columns."""

from typing import Final

from mini_ml.figures.dots import DotRow, draw_dots
from mini_ml.figures.frame import Axis
from mini_ml.report.blocks import Block, Figures, Paragraph, Section, build_figure
from mini_ml.report.sections.context import Context, cut, describe_notes, join

_MOST: Final = 20


def build_importance(context: Context) -> Section | None:
    """Return the section; None if there is nothing to say about it."""
    words, profile = context.words, context.profile
    notes = list(describe_notes(context, "importance"))
    if profile is None or not (profile.importance or notes):
        return None
    blocks: list[Block] = []
    if profile.importance:
        blocks = [Paragraph(text=words("importance_text")), _build_figure(context)]
    return Section(name="importance", title=words("importance"), blocks=[*blocks, *notes])


def _build_figure(context: Context) -> Block:
    assert context.profile is not None
    words, every = context.words, context.profile.importance
    shown = every[:_MOST]
    rows = [
        DotRow(label=cut(one.name, 40), values=[one.increase], low=one.interval.low, high=one.interval.high)
        for one in shown
    ]
    title = words("importance_title")
    text = words("importance_desc", names=join((cut(one.name, 40) for one in shown), most=3))
    if len(every) > len(shown):
        text = f"{text} {words('importance_cut', shown=len(shown), number=len(every))}"
    axis = "increase_log_loss" if context.manifest.task == "classification" else "increase_squared"
    svg = draw_dots(
        rows, across=Axis(name=words(axis)), title=title, description=text, locale=context.locale, zero=True
    )
    return Figures(figures=[build_figure(svg, caption=title, text=text)])
