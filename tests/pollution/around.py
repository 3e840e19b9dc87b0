"""What stands above, between and below the records: titles, footers, blank lines, and a second header."""

from dataclasses import replace

from tests.pollution.draft import Draft, Line
from tests.pollution.kind import Kind, Spot

_UNITS = ("kg", "m", "EUR", "h", "%", "pcs")


def _title(draft: Draft, spot: Spot) -> Draft:
    return replace(draft, above=(*_title_lines(draft, spot.variant), *draft.above))


def _title_lines(draft: Draft, variant: str) -> tuple[str, ...]:
    delimiter = draft.dialect.delimiter
    width = len(draft.records[0].cells)
    return {
        "one": ("Report of the statistics office",),
        "three": ("Report 2024", "Source: statistics office", "All amounts without tax"),
        "with a comma": ("Report of the office, 2024",),
        "padded": tuple(text + delimiter * (width - 1) for text in ("Report 2024", "Source: office")),
        "with blank lines": ("Report 2024", "", "Source: statistics office", ""),
        "padded, with blank lines": ("Report 2024" + delimiter * (width - 1), delimiter * (width - 1)),
        "blank line": ("",),
        "comments": ("# exported by the measuring station", "# version 2.1, level 3"),
        "key and value": (delimiter.join(("Station", "North")), delimiter.join(("Year", "2024"))),
    }[variant]


def _footer(draft: Draft, spot: Spot) -> Draft:
    width = len(draft.records[0].cells)
    lines = {
        "total": (f"Total: {len(draft.rows)}",),
        "source": ("", "Source: statistics office"),
        "padded": (f"Total: {len(draft.rows)}" + draft.dialect.delimiter * (width - 1),),
        "blank lines": ("", ""),
    }[spot.variant]
    return replace(draft, below=(*draft.below, *lines))


def _blank_line(draft: Draft, spot: Spot) -> Draft:
    place = spot.of_rows(len(draft.records))
    line = draft.records[place]
    blank = {
        "empty": "",
        "blanks": "  ",
        "delimiters": draft.dialect.delimiter * (len(line.cells) - 1),
    }[spot.variant]
    return draft.with_record(place, replace(line, before=(*line.before, blank)))


def _second_header(draft: Draft, spot: Spot) -> Draft | None:
    numeric = draft.table.numeric
    if draft.header is None or len(draft.header.cells) != len(draft.table.names):
        return None
    places = range(len(draft.table.names))
    units = [_UNITS[place % len(_UNITS)] if place in numeric else "" for place in places]
    words = ["Number" if place in numeric else "Text" for place in places]
    groups = ["General" if place == 0 else "Details" if place == 2 else "" for place in places]
    if spot.variant == "groups above":
        above = draft.dialect.delimiter.join(groups)
        return replace(draft, above=(*draft.above, above))
    first = draft.records[0]
    below = draft.dialect.delimiter.join(units if spot.variant == "units below" else words)
    return draft.with_record(0, replace(first, before=(below, *first.before)))


def _no_header(draft: Draft, spot: Spot) -> Draft | None:
    if len(draft.table.numeric) * 2 < len(draft.names) or draft.header is None:
        return None
    names = tuple(f"column_{place}" for place in range(1, len(draft.names) + 1))
    return replace(draft, header=None, names=names, given=frozenset(range(len(names))))


def _one_row(draft: Draft, spot: Spot) -> Draft:
    return replace(draft, rows=draft.rows[:1], records=draft.records[:1])


def _separator_line(draft: Draft, spot: Spot) -> Draft | None:
    if len(draft.dialect.delimiter) > 1:
        return None
    return replace(draft, above=(f"sep={draft.dialect.delimiter}", *draft.above))


def _trailing_delimiters(draft: Draft, spot: Spot) -> Draft:
    def longer(line: Line) -> Line:
        return replace(line, cells=(*line.cells, ""))

    header = draft.header and (longer(draft.header) if spot.variant == "header too" else draft.header)
    return replace(draft, header=header, records=tuple(map(longer, draft.records)))


KINDS = (
    Kind(
        "title rows above",
        _title,
        variants=("one", "three", "with a comma", "padded", "with blank lines", "padded, with blank lines"),
    ),
    Kind("comment lines above", _title, variants=("comments",)),
    Kind("keys and values above", _title, variants=("key and value",)),
    Kind("blank line above", _title, variants=("blank line",)),
    Kind("footer", _footer, variants=("total", "source", "padded")),
    Kind("blank lines at the end", _footer, variants=("blank lines",)),
    Kind("blank line between rows", _blank_line, by_row=True, variants=("empty", "blanks", "delimiters")),
    Kind("two header rows", _second_header, variants=("units below", "words below", "groups above")),
    Kind("no header", _no_header),
    Kind("one row", _one_row),
    Kind("`sep=` line", _separator_line),
    Kind("every line ends in a delimiter", _trailing_delimiters, variants=("header too", "rows only")),
)
