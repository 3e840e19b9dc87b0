"""Files with several kinds of pollution at once, and with damaged bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hypothesis import strategies as st

from tests.pollution.cases import KINDS, pollute
from tests.pollution.clean import CleanTable
from tests.pollution.draft import Draft
from tests.pollution.kind import Kind, Spot

NAMES: Final = ("size", "place", "note", "day", "label")
HEAD_BYTES: Final = 1 << 16
"""What a reader looks at before it reads in chunks, or more."""
_CELLS: Final = (
    st.integers(-999, 999).map(str),
    st.sampled_from(["São Paulo", "Belém", "Recife", "", "x, y", "a;b"]),
    st.text(st.sampled_from("abc é.,;'\"|\\0"), max_size=8).map(str.strip),
    st.dates().map(str),
)
_BYTES: Final = st.one_of(
    st.sampled_from(
        [b'"', b'""', b"'", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\\", b'\\"', b" ", b"\0", b"#", b"\xff"]
    ),
    st.sampled_from([b"\xef\xbb\xbf", "\u200b".encode(), b"\x1f\x8b", b"sep=;\n", b'","', b"\n\n", b",,,,,,,"]),
    st.binary(min_size=1, max_size=4),
)
Pollution = tuple[Kind, Spot]
_POLLUTIONS: Final[list[Pollution]] = [(kind, spot) for kind in KINDS for spot in kind.spots()]


@st.composite
def tables(draw: st.DrawFn) -> CleanTable:
    """Draw a table of a number, a category, a text, a date and a label."""
    cells = draw(st.lists(st.tuples(*_CELLS), min_size=6, max_size=18))
    labelled = tuple((*row, ("yes", "no")[place % 2]) for place, row in enumerate(cells))
    return CleanTable("drawn", NAMES, labelled, numeric=(0,), delimiter=draw(st.sampled_from(",;\t")))


@st.composite
def drafts(draw: st.DrawFn, kinds: Callable[[Kind], bool] = lambda kind: True) -> Draft:
    """Draw a table with up to three kinds of pollution, of those that are wanted."""
    wanted = st.sampled_from([pollution for pollution in _POLLUTIONS if kinds(pollution[0])])
    return _pollute_as_far_as_possible(draw(tables()), draw(st.lists(wanted, max_size=3)))


def _pollute_as_far_as_possible(table: CleanTable, wanted: Sequence[Pollution]) -> Draft:
    """Leave out kinds that do not apply."""
    done: list[Pollution] = []
    best = pollute(table, done)
    assert best is not None
    for pollution in wanted:
        draft = pollute(table, [*done, pollution])
        if draft is not None:
            done.append(pollution)
            best = draft
    return best


def to_bytes(draft: Draft) -> bytes:
    """Return the content of the file, in UTF-8 if a later kind wrote letters that Windows-1252 does not have."""
    try:
        return draft.to_bytes()
    except UnicodeEncodeError:
        return replace(draft, encoding="utf-8").to_bytes()


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Draw a polluted file, in most cases with some damaged bytes."""
    return _damaged(draw, to_bytes(draw(drafts())), 3)


@dataclass(frozen=True)
class LongFile:
    """A file whose end is read in chunks, because the same row stands in front of it very often."""

    start: bytes
    line: bytes
    end: bytes

    @property
    def content(self) -> bytes:
        """Return the content of the file."""
        return self.start + self.line * (HEAD_BYTES // len(self.line) + 1) + self.end


@st.composite
def long_files(draw: st.DrawFn, kinds: Callable[[Kind], bool] = lambda kind: True, *, damages: int = 3) -> LongFile:
    """Draw a long polluted file, with up to so many damages to its bytes."""
    draft = replace(draw(drafts(kinds)), packed=False)
    line, encoding = draft.records[min(1, len(draft.records) - 1)], draft.encoding.removesuffix("-sig")
    before = replace(draft, records=draft.records[:2], below=(), ends_at_last=True)
    behind = replace(draft, above=(), header=None, records=draft.records[2:], encoding=encoding)
    filler = replace(behind, records=(replace(line, before=()),), below=(), ends_at_last=True)
    return LongFile(
        _damaged(draw, to_bytes(before), damages), to_bytes(filler), _damaged(draw, to_bytes(behind), damages)
    )


def _damaged(draw: st.DrawFn, content: bytes, most: int) -> bytes:
    """Insert, replace, remove or repeat some bytes, at most so many times."""
    for _ in range(draw(st.integers(0, most))):
        start = draw(st.integers(0, len(content)))
        stop = start + draw(st.sampled_from([0, 0, 1, 2, 30, 10**6]))
        new = draw(st.one_of(_BYTES, st.just(b""), st.just(content[start : start + 30] * 2)))
        content = content[:start] + new + content[stop:]
    return content
