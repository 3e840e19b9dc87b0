"""Every clean table with every kind of pollution at every place, and mixtures of several kinds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tests.pollution import around, naming, quoting, spelling, widths
from tests.pollution.clean import CleanTable, clean_tables
from tests.pollution.draft import Dialect, Draft, draft_of
from tests.pollution.kind import Kind, Spot

KINDS: Final = (*spelling.KINDS, *around.KINDS, *naming.KINDS, *widths.KINDS, *quoting.KINDS)


@dataclass(frozen=True)
class Case:
    """A polluted file, and what a reader should find in it."""

    kind: str
    label: str
    """The table, the place and the variant."""
    content: bytes
    names: tuple[str, ...]
    """Column names in order; blank for a column of row names."""
    rows: tuple[tuple[str, ...], ...]
    given: frozenset[int]
    """Positions of the names that are not in the file."""


def pollute(table: CleanTable, pollutions: Sequence[tuple[Kind, Spot]]) -> Draft | None:
    """Return a table with kinds of pollution, one after the other; None if one of them does not apply."""
    dialect = Dialect(table.delimiter)
    for kind, spot in pollutions:
        dialect = kind.respell(dialect, spot.variant)
    draft: Draft | None = draft_of(table, dialect)
    for kind, spot in pollutions:
        draft = draft and kind.edit(draft, spot)
    return draft


def cases(kind: Kind) -> Iterator[Case]:
    """Return all files of a kind."""
    for table in clean_tables():
        for spot in kind.spots():
            draft = pollute(table, [(kind, spot)])
            if draft is not None:
                size = f"{table.title} {len(table.rows)}"
                label = ", ".join(filter(None, [size, kind.label(spot)]))
                yield Case(kind.name, label, draft.to_bytes(), draft.names, draft.rows, draft.given)
