"""Measure and cut text by the cells of a terminal that it takes: wide characters take two, combining ones none."""

import unicodedata


def display_width(text: str) -> int:
    """Return the number of cells that a text takes."""
    return sum(map(_cells_of, text))


def cut_to(text: str, cells: int) -> str:
    """Return a text, cut at a number of cells; `…` stands for the rest."""
    if display_width(text) <= cells:
        return text
    kept, free = "", cells - 1
    for character in text:
        free -= _cells_of(character)
        if free < 0:
            break
        kept += character
    return f"{kept}…"


def pad_to(text: str, cells: int) -> str:
    """Return a text, filled with blanks up to a number of cells."""
    return text + " " * (cells - display_width(text))


def _cells_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
