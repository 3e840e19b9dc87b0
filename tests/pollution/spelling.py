"""Delimiters, line ends, encodings and packing of whole files."""

from dataclasses import replace
from typing import Final

from tests.pollution.draft import Dialect, Draft, Line
from tests.pollution.kind import Kind, Spot

_DELIMITERS: Final = {
    "tab": "\t",
    "comma and blank": ", ",
    "semicolon and blank": "; ",
    "two blanks": "  ",
    "blank": " ",
}


def _delimiter(dialect: Dialect, variant: str) -> Dialect:
    return replace(dialect, delimiter=_DELIMITERS.get(variant, variant))


def _of_another_delimiter(draft: Draft, spot: Spot) -> Draft | None:
    return None if draft.dialect.delimiter == draft.table.delimiter else draft


def _without_empty_cells(draft: Draft, spot: Spot) -> Draft | None:
    return None if any("" in row for row in draft.rows) else draft


def _aligned(draft: Draft, spot: Spot) -> Draft | None:
    """Align the columns with blanks, at least two between them."""
    if draft.header is None or any("" in row or "\n" in "".join(row) for row in draft.rows):
        return None
    lines = (draft.header, *draft.records)
    if len({len(line.cells) for line in lines}) != 1:
        return None
    widths = [max(map(len, column)) for column in zip(*(line.cells for line in lines), strict=True)]

    def align(line: Line) -> Line:
        padded = [cell.ljust(width) for cell, width in zip(line.cells, widths, strict=True)]
        return replace(line, cells=(*padded[:-1], line.cells[-1]))

    return replace(draft, header=align(draft.header), records=tuple(map(align, draft.records)))


def _ends(draft: Draft, spot: Spot) -> Draft:
    ends = {"CRLF": ("\r\n",), "CR": ("\r",), "mixed": ("\n", "\r\n", "\r", "\r\n")}[spot.variant]
    return replace(draft, ends=ends)


def _no_last_end(draft: Draft, spot: Spot) -> Draft:
    return replace(draft, ends_at_last=False)


def _encoding(draft: Draft, spot: Spot) -> Draft | None:
    if spot.variant == "cp1252":
        text = "".join(draft.lines())
        try:
            text.encode("cp1252")
        except UnicodeEncodeError:
            return None
        return None if text.isascii() else replace(draft, encoding="cp1252")
    return replace(draft, encoding="utf-8-sig")


def _packed(draft: Draft, spot: Spot) -> Draft:
    return replace(draft, packed=True)


KINDS = (
    Kind("clean"),
    Kind("delimiter tab", _of_another_delimiter, _delimiter, variants=("tab",)),
    Kind("delimiter `;`", _of_another_delimiter, _delimiter, variants=(";",)),
    Kind("delimiter `\\|`", _of_another_delimiter, _delimiter, variants=("|",)),
    Kind("delimiter `, `", _of_another_delimiter, _delimiter, variants=("comma and blank", "semicolon and blank")),
    Kind("delimiter two blanks", _without_empty_cells, _delimiter, variants=("two blanks",)),
    Kind("columns aligned with blanks", _aligned, lambda dialect, variant: replace(dialect, delimiter="  ")),
    Kind("other delimiters", _of_another_delimiter, _delimiter, variants=("^", "~", ":", "blank")),
    Kind("line ends", _ends, variants=("CRLF", "CR", "mixed")),
    Kind("no line end at the end", _no_last_end),
    Kind("byte order mark", _encoding, variants=("UTF-8",)),
    Kind("Windows-1252", _encoding, variants=("cp1252",)),
    Kind("gzip", _packed),
)
