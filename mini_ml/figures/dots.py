"""Dots in rows, one row per category, with intervals or several series."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mini_ml.figures.frame import WIDTH, Axis, draw_bottom_axis, series_kind
from mini_ml.figures.locales import Locale
from mini_ml.figures.scales import build_scale, write_value
from mini_ml.figures.svg import Drawing, cut_text, width_of

_ROW: Final = 20.0
_LARGEST_LABEL: Final = 0.42


@dataclass(frozen=True, kw_only=True)
class DotRow:
    """One category and its values."""

    label: str
    values: Sequence[float]
    """One for each series."""
    low: float | None = None
    """Lower bound of the interval of the first value; None without an interval."""
    high: float | None = None


def draw_dots(
    rows: Sequence[DotRow],
    *,
    across: Axis,
    title: str,
    description: str,
    locale: Locale,
    series: Sequence[str] = (),
    zero: bool = False,
    width: float = WIDTH,
) -> str:
    """Return rows of dots above one axis, as an SVG element.

    Args:
        rows: the rows, from the top.
        across: the axis.
        title: what the figure shows.
        description: what can be seen in it, in a sentence.
        locale: how numbers are written.
        series: names of the series, if there are several.
        zero: whether a line marks zero.
        width: its width, in units.
    """
    top = 18.0 if len(series) > 1 else 4.0
    bottom = top + len(rows) * _ROW
    drawing = Drawing(width, bottom + 34, title=title, description=description)
    left = min(max((width_of(row.label) for row in rows), default=0) + 10, width * _LARGEST_LABEL)
    bounds = [bound for row in rows for bound in (*row.values, row.low, row.high) if bound is not None]
    limits = [limit for limit in (across.low, across.high, 0.0 if zero else None) if limit is not None]
    x = build_scale([*bounds, *limits], left + 6, width - 12)
    if len(series) > 1:
        _draw_legend(drawing, series, left, width)
    if zero:
        drawing.line(x.place(0), top, x.place(0), bottom, "fig-reference")
    for number, row in enumerate(rows):
        middle = top + number * _ROW + _ROW / 2
        drawing.line(left, middle, width - 12, middle, "fig-grid")
        drawing.text(left - 4, middle + 4, cut_text(row.label, left - 6), "", anchor="end", full=row.label)
        if row.low is not None and row.high is not None:
            drawing.line(x.place(row.low), middle, x.place(row.high), middle, "fig-s1 fig-interval")
        for place, value in enumerate(row.values):
            if math.isfinite(value):
                text = write_value(value, across.quantity, locale)
                drawing.dot(x.place(value), middle, 4, f"{series_kind(place)} fig-fill", title=f"{row.label}: {text}")
    draw_bottom_axis(drawing, across, x, locale, at=bottom, width=width)
    return drawing.to_text()


def _draw_legend(drawing: Drawing, series: Sequence[str], left: float, width: float) -> None:
    share = (width - left) / len(series)
    for number, name in enumerate(series):
        start = left + number * share
        drawing.dot(start + 5, 8, 3.5, f"{series_kind(number)} fig-fill")
        drawing.text(start + 12, 12, cut_text(name, share - 14), "fig-label", full=name)
