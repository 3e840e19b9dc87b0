"""A clean table with the names of the polluted ones, and a target that depends on all columns."""

from typing import Final


def _row(place: int) -> str:
    label = ("yes", "no")[place % 3 % 2]
    place_name, note = ("Belém", "Recife")[place % 2], f"{'abc'[place % 3]} {place % 5}"
    target = place / 2 + 30 * (place % 2) + 7 * (place % 3) + 11 * (label == "yes") + place % 28
    return f"{place},{place_name},{note},2024-01-{place % 28 + 1:02},{label},{target}\n"


CLEAN: Final = "size,place,note,day,label,y\n" + "".join(map(_row, range(60)))
