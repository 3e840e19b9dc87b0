"""Histograms: vertical bars over ranges of a number or a date, in full size and as small as a line of text."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from mini_ml.figures.frame import WIDTH, Axis, build_plot
from mini_ml.figures.locales import Locale
from mini_ml.figures.scales import write_value
from mini_ml.figures.svg import Drawing, place

_HEIGHT: Final = 210.0
_SMALL: Final = (110.0, 26.0)
_WIDE: Final = 1.5
"""An outer range that is wider than this multiple of the others is open: it is drawn as wide as the others."""


def draw_histogram(
    edges: Sequence[float],
    counts: Sequence[int],
    *,
    across: Axis,
    up: str,
    title: str,
    description: str,
    locale: Locale,
    width: float = WIDTH,
) -> str:
    """Return a histogram with axes, as an SVG element.

    Args:
        edges: bounds of the ranges, ascending; one more than `counts`.
        counts: number of rows in each range.
        across: what the ranges are of.
        up: name of the vertical axis.
        title: what the figure shows.
        description: what can be seen in it, in a sentence.
        locale: how numbers and dates are written.
        width: its width, in units.
    """
    drawing = Drawing(width, _HEIGHT, title=title, description=description)
    drawn = clip_edges(edges)
    vertical = Axis(name=up, quantity="count", low=0)
    plot = build_plot(
        drawing, across=across, up=vertical, xs=drawn, ys=counts, locale=locale, width=width, height=_HEIGHT
    )
    for number, count in enumerate(counts):
        left, right = plot.x.place(drawn[number]), plot.x.place(drawn[number + 1])
        low, high = (write_value(edges[at], across.quantity, locale) for at in (number, number + 1))
        top = plot.y.place(count)
        is_open = (drawn[number], drawn[number + 1]) != (edges[number], edges[number + 1])
        drawing.rect(
            left + 0.5,
            top,
            right - left - 1,
            plot.y.start - top,
            "fig-rest" if is_open else "fig-s1 fig-fill",
            title=f"{low} – {high}: {locale.count(count)}",
        )
    return drawing.to_text()


def clip_edges(edges: Sequence[float]) -> list[float]:
    """Return edges whose first and last range are as wide as the others, if they are much wider."""
    widths = [high - low for low, high in pairwise(edges)]
    if len(widths) < 4:
        return list(edges)
    usual = median(widths[1:-1])
    first = edges[1] - usual if widths[0] > _WIDE * usual > 0 else edges[0]
    last = edges[-2] + usual if widths[-1] > _WIDE * usual > 0 else edges[-1]
    return [first, *edges[1:-1], last]


def draw_small_histogram(counts: Sequence[int], *, title: str) -> str:
    """Return a histogram without axes for a table, as one path, so that a page can have hundreds of them."""
    width, height = _SMALL
    drawing = Drawing(width, height, title=title, kind="fig-small")
    largest, step = max(counts, default=0) or 1, width / max(len(counts), 1)
    bars = []
    for number, count in enumerate(counts):
        tall = max(count / largest * (height - 2), 1 if count else 0)
        if tall:
            bars.append(f"M{place(number * step)} {place(height - 1)}v{place(-tall)}h{place(step - 1)}v{place(tall)}z")
    drawing.path("".join(bars), "fig-s1 fig-fill")
    drawing.line(0, height - 0.5, width, height - 0.5, "fig-axis")
    return drawing.to_text()
