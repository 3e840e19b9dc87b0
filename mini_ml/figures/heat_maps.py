"""Heat maps: a square for each pair of a row and a column, the darker the larger its share."""

from collections.abc import Sequence
from typing import Final

from mini_ml.figures.frame import WIDTH
from mini_ml.figures.svg import Drawing, cut_text, width_of

_LEVELS: Final = 8
_DARK_FROM: Final = 5
"""The level from which the text in a square is light."""
_LABELS: Final = (110.0, 90.0)
"""Most space for labels: of a few, and of many."""
_SMALL_TEXT: Final = 9.0


def draw_heat_map(
    shares: Sequence[Sequence[float]],
    texts: Sequence[Sequence[str]],
    *,
    labels: Sequence[str],
    across: str,
    up: str,
    title: str,
    description: str,
) -> str:
    """Return a square heat map, as an SVG element.

    Args:
        shares: values between 0 and 1, row by row from the top.
        texts: what stands in each square; empty for nothing.
        labels: names of both the rows and the columns.
        across: name of the columns, above them.
        up: name of the rows, beside them.
        title: what the figure shows.
        description: what can be seen in it, in a sentence.
    """
    count = max(len(labels), 1)
    side = 72.0 if count <= 3 else 44.0 if count <= 8 else 28.0
    widest = min(max((width_of(label) for label in labels), default=0) + 6, _LABELS[count > 8])
    are_level = widest <= side
    left, top = widest + 20, (16 if are_level else widest) + 18
    width = max(left + count * side + 2, WIDTH)  # few squares get no larger text than other figures
    drawing = Drawing(width, top + count * side + 2, title=title, description=description)
    left += (width - left - count * side) / 2
    drawing.text(left, 11, across, "fig-name")
    drawing.turned_text(left - widest - 8, top + count * side / 2, up, "fig-name")
    for number, label in enumerate(labels):
        shown, middle = cut_text(label, widest - 4), number * side + side / 2
        drawing.text(left - 5, top + middle + 4, shown, "", anchor="end", full=label)
        if are_level:
            drawing.text(left + middle, top - 5, shown, anchor="middle")
        else:
            drawing.rising_text(left + middle + 4, top - 5, shown)
    for row, values in enumerate(shares):
        for column, share in enumerate(values):
            level = min(int(share * _LEVELS), _LEVELS - 1) if share > 0 else -1
            x, y = left + column * side, top + row * side
            drawing.rect(x + 0.5, y + 0.5, side - 1, side - 1, "fig-empty" if level < 0 else f"fig-h{level + 1}")
            _draw_cell_text(drawing, x + side / 2, y + side / 2, texts[row][column], side, dark=level >= _DARK_FROM)
    return drawing.to_text()


def _draw_cell_text(drawing: Drawing, x: float, y: float, text: str, side: float, *, dark: bool) -> None:
    if text:
        lines = text.split("\n")
        shown = [line for line in lines if width_of(line, _SMALL_TEXT) <= side - 2] or [cut_text(lines[0], side)]
        for number, line in enumerate(shown):
            below = (number - (len(shown) - 1) / 2) * 12
            drawing.text(x, y + 3.5 + below, line, "fig-cell fig-on-dark" if dark else "fig-cell", anchor="middle")
