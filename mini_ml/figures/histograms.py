"""Histograms: vertical bars over ranges of a number or a date, in full size and as small as a line of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mini_ml.figures.frame import WIDTH, Axis, Plot, build_plot
from mini_ml.figures.locales import Locale
from mini_ml.figures.scales import write_value
from mini_ml.figures.svg import Drawing, place

_HEIGHT: Final = 210.0
_SMALL: Final = (110.0, 26.0)
_OUTER: Final = 0.06
"""Width of the bars for what is beyond the ranges, as a share of all ranges."""


@dataclass(frozen=True, kw_only=True)
class Bins:
    """Numbers of rows by ranges."""

    edges: Sequence[float]
    """Bounds of the ranges, ascending; one more than `counts`."""
    counts: Sequence[int]
    below: int = 0
    """Rows below the first range, which get a bar of another colour."""
    above: int = 0
    """Rows above the last range."""


def draw_histogram(
    bins: Bins,
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
        bins: the ranges and their rows.
        across: what the ranges are of.
        up: name of the vertical axis.
        title: what the figure shows.
        description: what can be seen in it, in a sentence.
        locale: how numbers and dates are written.
        width: its width, in units.
    """
    drawing = Drawing(width, _HEIGHT, title=title, description=description)
    first, last = bins.edges[0], bins.edges[-1]
    space = (last * _OUTER) - (first * _OUTER)
    left, right = (first - space if bins.below else first), (last + space if bins.above else last)
    plot = build_plot(
        drawing,
        across=across,
        up=Axis(name=up, quantity="count", low=0),
        xs=[left, right],
        ys=[*bins.counts, bins.below, bins.above],
        locale=locale,
        width=width,
        height=_HEIGHT,
    )
    texts = [write_value(edge, across.quantity, locale) for edge in bins.edges]
    for number, count in enumerate(bins.counts):
        about = f"{texts[number]} – {texts[number + 1]}: {locale.count(count)}"
        _draw_bar(plot, bins.edges[number], bins.edges[number + 1], count, "fig-s1 fig-fill", about)
    if bins.below:
        _draw_bar(plot, left, first, bins.below, "fig-rest", f"< {texts[0]}: {locale.count(bins.below)}")
    if bins.above:
        _draw_bar(plot, last, right, bins.above, "fig-rest", f"> {texts[-1]}: {locale.count(bins.above)}")
    return drawing.to_text()


def _draw_bar(plot: Plot, low: float, high: float, count: int, kind: str, title: str) -> None:
    left, right, top = plot.x.place(low), plot.x.place(high), plot.y.place(count)
    plot.drawing.rect(left + 0.5, top, right - left - 1, plot.y.start - top, kind, title=title)


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
