"""Why a file cannot be read, as far as the numbers of cells of its rows show it."""

from collections import Counter
from typing import Final

DECIMAL_COMMA: Final = (
    "numbers with a decimal comma, or text with a comma; quote these cells, or separate columns with `;`"
)
_MOST_ROWS: Final = 0.9


def explain_widths(widths: Counter[int], columns: int, delimiter: str) -> str:
    """Return the most likely reason why rows cannot be read.

    Args:
        widths: how many rows have each number of cells; 0 stands for rows with a quote that is not closed.
        columns: number of names in the header.
        delimiter: of the file.
    """
    usual, rows = widths.most_common(1)[0]
    if columns == 1 and usual > 1:
        return f"the header is a title, because most rows have {usual} cells; remove it"
    if usual > columns and rows > _MOST_ROWS * widths.total():
        return f"the header lacks names, because most rows have {usual} cells; name every column"
    if max(widths) <= columns:
        return "a quote without its counterpart; double quotes that belong to a text, and quote the text"
    if delimiter == ",":
        return DECIMAL_COMMA
    return "cells that contain the delimiter, a quote or a line end; put them in quotes"
