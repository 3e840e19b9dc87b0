"""Horizontal bars, one per category, each with its label and its value."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mini_ml.figures.frame import WIDTH
from mini_ml.figures.svg import Drawing, cut_text, width_of

_ROW: Final = 20.0
_LARGEST_LABEL: Final = 0.42
"""Share of the width that labels may take."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar."""

    label: str
    value: float
    text: str
    """Its value as text, which stands behind the bar."""
    muted: bool = False
    """Whether it stands for what is left over."""


def draw_bars(bars: Sequence[Bar], *, title: str, description: str, width: float = WIDTH) -> str:
    """Return bars below each other, as an SVG element.

    Args:
        bars: the bars, from the top; values that are negative or not finite have no length.
        title: what the figure shows.
        description: what can be seen in it, in a sentence.
        width: its width, in units.
    """
    drawing = Drawing(width, len(bars) * _ROW + 4, title=title, description=description)
    labels = min(max((width_of(bar.label) for bar in bars), default=0) + 8, width * _LARGEST_LABEL)
    texts = max((width_of(bar.text) for bar in bars), default=0) + 8
    space = max(width - labels - texts, 20)
    lengths = [bar.value if math.isfinite(bar.value) and bar.value > 0 else 0.0 for bar in bars]
    largest = max(lengths, default=0.0) or 1.0
    drawing.line(labels, 0, labels, len(bars) * _ROW + 4, "fig-axis")
    for number, bar in enumerate(bars):
        top = number * _ROW + 2
        length = lengths[number] / largest * space
        drawing.text(labels - 6, top + 14, cut_text(bar.label, labels - 8), "", anchor="end", full=bar.label)
        drawing.rect(labels, top + 3, length, _ROW - 6, "fig-rest" if bar.muted else "fig-s1 fig-fill")
        drawing.text(labels + length + 5, top + 14, bar.text, "fig-value")
    return drawing.to_text()
