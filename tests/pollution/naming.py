"""Column names as people write them."""

import unicodedata
from dataclasses import replace

from tests.pollution.draft import Draft
from tests.pollution.kind import Kind, Spot


def _renamed(draft: Draft, place: int, written: str, name: str, *, given: bool = False) -> Draft | None:
    """Return the draft with another cell in the header, which a reader should call by a name."""
    if draft.header is None or len(draft.header.cells) != len(draft.names):
        return None
    return replace(
        draft,
        header=draft.header.with_cell(place, written),
        names=(*draft.names[:place], name, *draft.names[place + 1 :]),
        given=draft.given | {place} if given else draft.given,
    )


def _blank_name(draft: Draft, spot: Spot) -> Draft | None:
    place = {"inside": 2, "last": len(draft.names) - 1}[spot.variant]
    return _renamed(draft, place, "", f"column_{place + 1}", given=True)


def _row_names(draft: Draft, spot: Spot) -> Draft | None:
    """Put a number in front of each record, as R's write.csv and write.table do."""
    if draft.header is None or draft.given:
        return None
    quote = draft.dialect.quoted if spot.variant != "numbers" else str
    numbers = [str(place) for place in range(1, len(draft.rows) + 1)]
    header = draft.header
    if spot.variant == "blank name":
        header = replace(header, cells=(draft.dialect.quoted(""), *header.cells))
    records = tuple(
        replace(line, cells=(quote(number), *line.cells)) for number, line in zip(numbers, draft.records, strict=True)
    )
    rows = tuple((number, *row) for number, row in zip(numbers, draft.rows, strict=True))
    return replace(draft, header=header, records=records, rows=rows, names=("", *draft.names), given=frozenset([0]))


def _doubled_names(draft: Draft, spot: Spot) -> Draft | None:
    if draft.header is None or draft.given:
        return None
    if spot.variant == "one":
        place = len(draft.names) - 1
        return _renamed(draft, place, draft.header.cells[0], f"{draft.names[0]}_2", given=True)
    doubled: Draft | None = draft
    for place in range(2, len(draft.names)):
        name = f"{draft.names[place % 2]}_{place // 2 + 1}"
        doubled = doubled and _renamed(doubled, place, draft.header.cells[place % 2], name, given=True)
    return doubled


def _delimiter_in_name(draft: Draft, spot: Spot) -> Draft | None:
    place = spot.of_columns(len(draft.names))
    name = f"{draft.names[place]}{draft.dialect.delimiter} total"
    return _renamed(draft, place, draft.dialect.quoted(name), name)


def _comma_in_name(draft: Draft, spot: Spot) -> Draft | None:
    place = spot.of_columns(len(draft.names))
    count = {"one comma": 1, "many commas": 9}[spot.variant]
    name = draft.names[place] + ", in parts" * count
    return _renamed(draft, place, name, name)


def _line_end_in_name(draft: Draft, spot: Spot) -> Draft | None:
    place = spot.of_columns(len(draft.names))
    name = f"{draft.names[place]}\n(total)"
    return _renamed(draft, place, draft.dialect.quoted(name), name)


def _decomposed(draft: Draft, spot: Spot) -> Draft | None:
    if draft.header is None or all(name.isascii() for name in draft.names):
        return None
    cells = tuple(unicodedata.normalize("NFD", cell) for cell in draft.header.cells)
    return replace(draft, header=replace(draft.header, cells=cells))


def _invisible(draft: Draft, spot: Spot) -> Draft | None:
    place = spot.of_columns(len(draft.names))
    if draft.header is None or place >= len(draft.header.cells):
        return None
    mark = {"zero-width blank": "\u200b", "byte order mark": "\ufeff", "no-break blank": "\u00a0"}[spot.variant]
    return replace(draft, header=draft.header.with_cell(place, mark + draft.header.cells[place] + mark))


KINDS = (
    Kind("blank name", _blank_name, variants=("inside", "last")),
    Kind("row names without a name", _row_names, variants=("numbers", "quoted", "blank name")),
    Kind("doubled names", _doubled_names, variants=("one", "in pairs")),
    Kind("delimiter in a quoted name", _delimiter_in_name, by_column=True),
    Kind(
        "comma in a name of a `;` file",
        _comma_in_name,
        respell=lambda dialect, variant: replace(dialect, delimiter=";"),
        by_column=True,
        variants=("one comma", "many commas"),
    ),
    Kind("line end in a quoted name", _line_end_in_name, by_column=True),
    Kind("decomposed letters in names", _decomposed),
    Kind(
        "invisible characters in a name",
        _invisible,
        by_column=True,
        variants=("zero-width blank", "byte order mark", "no-break blank"),
    ),
)
