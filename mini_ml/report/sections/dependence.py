"""Partial dependence of the most important columns."""

from collections.abc import Sequence
from typing import Final

from mini_ml.contracts import DependenceLine, PartialDependence
from mini_ml.figures.dots import DotRow, draw_dots
from mini_ml.figures.frame import SERIES, Axis
from mini_ml.figures.lines import PlottedLine, draw_lines
from mini_ml.figures.scales import Quantity
from mini_ml.report.blocks import Block, Figure, Figures, Paragraph, Section, build_figure
from mini_ml.report.cutting import cut
from mini_ml.report.sections.context import ReportContext, describe_notes, write_category

_MOST_LINES: Final = SERIES


def build_dependence(context: ReportContext) -> Section | None:
    """Return the section; None if there is nothing to say about it."""
    words, profile = context.words, context.profile
    notes = list(describe_notes(context, "dependence"))
    if profile is None or not (profile.dependence or notes):
        return None
    figures = [_build_one(context, dependence) for dependence in profile.dependence]
    blocks: list[Block] = []
    if figures:
        blocks = [Paragraph(text=words("dependence_text")), Figures(figures=figures)]
    return Section(name="dependence", title=words("dependence"), blocks=[*blocks, *notes])


def _build_one(context: ReportContext, dependence: PartialDependence) -> Figure:
    words, lines = context.words, _choose_lines(dependence.lines)
    values = [value for line in lines for value in line.values]
    is_class = context.manifest.task == "classification"
    quantity: Quantity = "share" if is_class else "number"
    write = context.locale.share if is_class else context.locale.number
    text = words("dependence_desc", low=write(min(values)), high=write(max(values))) if values else ""
    if len(lines) < len(dependence.lines):
        text = f"{text} {words('lines_cut', shown=len(lines), number=len(dependence.lines))}"
    up = Axis(name=_name_axis(context, lines), quantity=quantity)
    draw = _draw_numbers if dependence.numbers else _draw_categories
    return build_figure(draw(context, dependence, lines, up, text), caption=cut(dependence.name), text=text)


def _choose_lines(lines: Sequence[DependenceLine]) -> Sequence[DependenceLine]:
    """Return the lines that change most, in their order."""
    if len(lines) <= _MOST_LINES:
        return lines
    order = sorted(range(len(lines)), key=lambda place: min(lines[place].values) - max(lines[place].values))
    return [lines[place] for place in sorted(order[:_MOST_LINES])]


def _name_axis(context: ReportContext, lines: Sequence[DependenceLine]) -> str:
    if context.manifest.task == "regression":
        return context.words("mean_prediction", name=context.target)
    if len(lines) == 1 and lines[0].label is not None:
        return context.words("mean_probability_of", label=cut(lines[0].label, 30))
    return context.words("mean_probability")


def _names_of(lines: Sequence[DependenceLine]) -> list[str]:
    return [cut(line.label, 40) if line.label is not None and len(lines) > 1 else "" for line in lines]


def _draw_numbers(
    context: ReportContext, dependence: PartialDependence, lines: Sequence[DependenceLine], up: Axis, text: str
) -> str:
    drawn = [
        PlottedLine(points=list(zip(dependence.numbers, line.values, strict=True)), label=name)
        for line, name in zip(lines, _names_of(lines), strict=True)
    ]
    return draw_lines(
        drawn,
        across=Axis(name=cut(dependence.name), quantity="date" if dependence.kind == "datetime" else "number"),
        up=up,
        title=cut(dependence.name),
        description=text,
        locale=context.locale,
        dots=True,
    )


def _draw_categories(
    context: ReportContext, dependence: PartialDependence, lines: Sequence[DependenceLine], up: Axis, text: str
) -> str:
    rows = [
        DotRow(
            label=write_category(context, category, dependence.kind, 40), values=[line.values[place] for line in lines]
        )
        for place, category in enumerate(dependence.categories)
    ]
    return draw_dots(
        rows,
        across=up,
        title=cut(dependence.name),
        description=text,
        locale=context.locale,
        series=_names_of(lines) if len(lines) > 1 else (),
    )
