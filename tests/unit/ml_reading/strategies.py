"""Tables as hypothesis makes them, spelled in all the ways that CSV files are."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

_NUMBERS = st.one_of(
    st.integers(-1000, 1000).map(str),
    st.floats(-1e6, 1e6).map(repr),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-1e3, 1e3).map(lambda value: f"{value:.3f}"),
    st.sampled_from(["7", "7.0", "7.00", "+7", " 7", "7 ", ".5", "1.", "-0.0", "1e3", "123456789012345678", "1e999"]),
)
_WORDS = st.one_of(
    st.sampled_from(["red", "green", "blue", " red", "7", "7.0", "007", "True", "true", "7.50", "-7", "inf"]),
    st.text(st.sampled_from("ab7 ,;\t|.\"'\n\réß-€"), max_size=12),
)
_BOOLEANS = st.sampled_from(["true", "False", "yes", "no", "T", "n", "1", "0"])
_DATES = st.dates().map(str)
_TIMES = st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds"))
_TEXTS = st.lists(
    st.sampled_from(["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "7"]), max_size=9
).map(" ".join)
_MISSING = st.sampled_from(["", "NA", "null", " ", "?", "nan"])

COLUMNS = (_NUMBERS, _WORDS, _BOOLEANS, _DATES, _TIMES, _TEXTS)
ANY_CELL = st.one_of(*COLUMNS, _MISSING)


@dataclass(frozen=True)
class Spelling:
    """How a table is written."""

    delimiter: str
    line_end: str
    all_quoted: bool


SPELLINGS = st.builds(
    Spelling,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    all_quoted=st.booleans(),
)
PLAIN = Spelling(",", "\n", all_quoted=False)
QUOTED = Spelling(",", "\n", all_quoted=True)
"""An empty cell of a single column is no blank line."""

Rows = list[list[str]]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], Rows]:
    """Return names and rows of a table whose last column is a target of two classes."""
    columns = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=5))
    names = [f"c{place}" for place in range(len(columns))]
    cells = [st.one_of(column, column, column, _MISSING) for column in columns]
    rows = draw(st.lists(st.tuples(*cells).map(list), min_size=4, max_size=25))
    labelled = [[*row, "yes" if place % 2 else "no"] for place, row in enumerate(rows)]
    return [*names, "target"], labelled


def written(names: Sequence[str], rows: Sequence[Sequence[str]], spelling: Spelling = PLAIN) -> bytes:
    """Write a CSV; the csv module would leave a lone carriage return unquoted."""
    lines = [spelling.delimiter.join(_cell(cell, spelling) for cell in row) for row in (names, *rows)]
    return (spelling.line_end.join(lines) + spelling.line_end).encode()


def _cell(text: str, spelling: Spelling) -> str:
    special = any(mark in text for mark in (spelling.delimiter, '"', "\r", "\n"))
    return '"' + text.replace('"', '""') + '"' if special or spelling.all_quoted else text
