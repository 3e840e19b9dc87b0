"""Lines through points, with a label at the end of each, and points alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mini_ml.figures.frame import WIDTH, Axis, Plot, build_plot, series_kind, spread_labels
from mini_ml.figures.locales import Locale
from mini_ml.figures.svg import Drawing, cut_text, width_of

_HEIGHT: Final = 230.0
_LARGEST_LABEL: Final = 90.0
_LABEL_GAP: Final = 12.0

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line through points, ascending from the left."""

    points: Sequence[Point]
    label: str = ""
    """What stands at its right end; empty if the title of the figure says it."""


def draw_lines(
    lines: Sequence[Line],
    *,
    across: Axis,
    up: Axis,
    title: str,
    description: str,
    locale: Locale,
    reference: Sequence[Point] = (),
    dots: bool = False,
    width: float = WIDTH,
    height: float = _HEIGHT,
    ticks: int = 5,
) -> str:
    """Return lines with axes, as an SVG element.

    Args:
        lines: the lines; those beyond the sixth repeat colours and patterns.
        across: the horizontal axis.
        up: the vertical axis.
        title: what the figure shows.
        description: what can be seen in it, in a sentence.
        locale: how numbers and dates are written.
        reference: a thin line to compare with, such as the diagonal.
        dots: whether the points are marked.
        width: its width, in units.
        height: its height.
        ticks: about how many ticks each axis has at most.
    """
    drawing = Drawing(width, height, title=title, description=description)
    shown = [Line(points=_finite(line.points), label=line.label) for line in lines]
    shown = [line for line in shown if line.points]
    points = [*(point for line in shown for point in line.points), *reference]
    labels = [cut_text(line.label, _LARGEST_LABEL) for line in shown]
    right = max((width_of(label) for label in labels if label), default=2.0) + 12
    plot = build_plot(
        drawing,
        across=across,
        up=up,
        xs=[x for x, _ in points],
        ys=[y for _, y in points],
        locale=locale,
        width=width,
        height=height,
        right=right,
        ticks=ticks,
    )
    if reference:
        drawing.polyline(_on(plot, reference), "fig-reference")
    for number, line in enumerate(shown):
        _draw_line(plot, line, series_kind(number), dots=dots)
    _label_ends(plot, shown, labels)
    return drawing.to_text()


def _draw_line(plot: Plot, line: Line, kind: str, *, dots: bool) -> None:
    places = _on(plot, line.points)
    plot.drawing.polyline(places, f"{kind} fig-line")
    if dots or len(places) == 1:
        for x, y in places:
            plot.drawing.dot(x, y, 2.5, f"{kind} fig-fill")


def _label_ends(plot: Plot, lines: Sequence[Line], labels: Sequence[str]) -> None:
    ends = [_on(plot, line.points[-1:])[0] for line in lines]
    heights = spread_labels([y + 3.5 for _, y in ends], _LABEL_GAP, plot.y.end + 3, plot.y.start + 3)
    for number, (label, (x, _), y) in enumerate(zip(labels, ends, heights, strict=True)):
        if label:
            plot.drawing.dot(max(x, plot.x.end) + 5, y - 3.5, 2.5, f"{series_kind(number)} fig-fill")
            plot.drawing.text(max(x, plot.x.end) + 10, y, label, "fig-label", full=lines[number].label)


def draw_points(
    points: Sequence[Point],
    *,
    across: Axis,
    up: Axis,
    title: str,
    description: str,
    locale: Locale,
    reference: Sequence[Point] = (),
    width: float = WIDTH,
) -> str:
    """Return points with axes, as an SVG element. Both axes have the same range, so that the diagonal is exact."""
    drawing = Drawing(width, width * 0.85, title=title, description=description)
    shown = _finite(points)
    both = [value for point in (*shown, *reference) for value in point]
    plot = build_plot(drawing, across=across, up=up, xs=both, ys=both, locale=locale, width=width, height=width * 0.85)
    if both:
        ends = [(min(both), min(both)), (max(both), max(both))]
        drawing.polyline(_on(plot, ends), "fig-reference")
    for x, y in _on(plot, shown):
        drawing.dot(x, y, 2.2, "fig-s1 fig-point")
    return drawing.to_text()


def _finite(points: Sequence[Point]) -> list[Point]:
    return [point for point in points if all(map(math.isfinite, point))]


def _on(plot: Plot, points: Sequence[Point]) -> list[Point]:
    return [(plot.x.place(x), plot.y.place(y)) for x, y in points]
