"""The frame of figures with two axes: margins, ticks, grid lines and the names of the axes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mini_ml.figures.locales import Locale
from mini_ml.figures.scales import Quantity, Scale, build_scale, choose_ticks
from mini_ml.figures.svg import Drawing, cut_text, width_of

WIDTH: Final = 360.0
"""Width of a figure in units: about the pixels that a phone has, so text there is about 11 pixels high."""
SERIES: Final = 6
"""Number of series that have a colour and a pattern of their own."""
_LINE: Final = 14.0
_TICK_TEXT: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class Axis:
    """What an axis shows."""

    name: str
    """With its unit, if it has one."""
    quantity: Quantity = "number"
    low: float | None = None
    """Where it begins; None for the smallest value."""
    high: float | None = None
    """Where it ends; None for the largest value."""


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A drawing with both axes drawn; what it shows is drawn on top."""

    drawing: Drawing
    x: Scale
    y: Scale


def build_plot(
    drawing: Drawing,
    *,
    across: Axis,
    up: Axis,
    xs: Iterable[float],
    ys: Iterable[float],
    locale: Locale,
    width: float,
    height: float,
    right: float = 12.0,
    ticks: int = 5,
) -> Plot:
    """Draw both axes, and return the scales for what is drawn on top.

    Args:
        drawing: an empty drawing.
        across: the horizontal axis.
        up: the vertical axis.
        xs: values that the horizontal axis must contain.
        ys: values that the vertical axis must contain.
        locale: how numbers and dates are written.
        width: width of the drawing, in units.
        height: its height.
        right: space beside the plot, for labels.
        ticks: about how many ticks each axis has at most.
    """
    top, bottom = 10.0 + _LINE, height - 2 * _LINE - 6
    y = build_scale([*ys, *_limits(up)], bottom, top, least=up.low)
    marks = choose_ticks(y, up.quantity, locale, most=ticks)
    left = max((width_of(mark.text, _TICK_TEXT) for mark in marks), default=0) + 10
    x = build_scale([*xs, *_limits(across)], left, width - right, least=across.low)
    drawing.text(2, 11, cut_text(up.name, width - 4), "fig-name")
    for mark in marks:
        drawing.line(left, y.place(mark.value), width - right, y.place(mark.value), "fig-grid")
        drawing.text(left - 5, y.place(mark.value) + 3.5, mark.text, "fig-tick", anchor="end")
    draw_bottom_axis(drawing, across, x, locale, at=bottom, width=width, ticks=ticks)
    return Plot(drawing=drawing, x=x, y=y)


def draw_bottom_axis(
    drawing: Drawing, axis: Axis, x: Scale, locale: Locale, *, at: float, width: float, ticks: int = 5
) -> None:
    """Draw a horizontal axis with its ticks, and its name below. Ticks whose texts would touch are left out."""
    drawing.line(x.start, at, x.end, at, "fig-axis")
    taken = -1.0
    for tick in choose_ticks(x, axis.quantity, locale, most=ticks):
        half = width_of(tick.text, _TICK_TEXT) / 2
        middle = min(max(x.place(tick.value), half + 1), width - half - 1)
        if middle - half <= taken:
            continue
        taken = middle + half + 6
        drawing.line(x.place(tick.value), at, x.place(tick.value), at + 3, "fig-axis")
        drawing.text(middle, at + _LINE, tick.text, "fig-tick", anchor="middle")
    middle = (x.start + x.end) / 2
    drawing.text(middle, at + 2 * _LINE, cut_text(axis.name, x.end - x.start), "fig-name", anchor="middle")


def _limits(axis: Axis) -> list[float]:
    return [limit for limit in (axis.low, axis.high) if limit is not None]


def series_kind(number: int) -> str:
    """Return the CSS class of a series, counted from 0."""
    return f"fig-s{number % SERIES + 1}"


def spread_labels(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Return places for labels near `places` that are at least `gap` apart, between `low` and `high` if they fit."""
    order = sorted(range(len(places)), key=places.__getitem__)
    moved = list(places)
    reached = low - gap
    for number in order:
        moved[number] = max(places[number], reached + gap)
        reached = moved[number]
    beyond = high + gap
    for number in reversed(order):
        moved[number] = min(moved[number], beyond - gap)
        beyond = moved[number]
    return moved
