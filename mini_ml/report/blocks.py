"""What a section of a page consists of.

Texts are escaped where they are rendered. Only figures, and sentences of ours with code in them, are markup.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup, escape

from mini_ml.figures.svg import clean_text

Text = str | Markup
"""A text, or a sentence in which code is marked."""
Cell = str | Markup
"""A text, or a small figure."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """An SVG with its caption."""

    svg: Markup
    caption: str
    text: str = ""
    """What can be seen in it, in a sentence."""


def build_figure(svg: str, *, caption: str, text: str = "") -> Figure:
    """Return a figure that `mini_ml.figures` drew."""
    return Figure(svg=build_small_figure(svg), caption=caption, text=text)


def build_small_figure(svg: str) -> Markup:
    """Return a figure for a cell of a table."""
    return Markup(svg)  # noqa: S704  # built by an XML library, which escaped all texts in it


def mark_code(sentence: str) -> Markup:
    """Return a sentence, escaped, in which what stands between backticks is code.

    It must be a sentence of ours without names and values from data: their backticks are part of them.
    """
    parts = clean_text(sentence).split("`")
    if len(parts) % 2 == 0:
        return escape(clean_text(sentence))
    return Markup().join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A sentence or a few."""

    kind: ClassVar[str] = "paragraph"
    text: Text
    important: bool = False


@dataclass(frozen=True, kw_only=True)
class Items:
    """A list of sentences."""

    kind: ClassVar[str] = "items"
    texts: Sequence[Text]
    title: str = ""
    english: bool = False
    """Whether they are in English on a page in another language."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Names and their values."""

    kind: ClassVar[str] = "facts"
    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class TextTable:
    """A table whose first cells are the headings of their rows."""

    kind: ClassVar[str] = "table"
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numbers: frozenset[int] = frozenset()
    """Places of the columns with numbers, which end at the same side."""
    wide: frozenset[int] = frozenset()
    """Places of the columns with sentences, which are not made narrow."""
    stacked: bool = False
    """Whether a phone shows each row as a few lines, because its cells do not fit beside each other."""
    folded: bool = False
    """Whether it is closed until the reader opens it; on paper it is open."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Figures beside each other as far as the page is wide enough."""

    kind: ClassVar[str] = "figures"
    figures: Sequence[Figure]
    title: str = ""
    size: str = "usual"
    """`small` for many with little in them, `wide` for one that needs the width of the page."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """Lines to copy."""

    kind: ClassVar[str] = "code"
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Blocks beside each other where the page is wide enough."""

    kind: ClassVar[str] = "beside"
    columns: Sequence[Sequence["Block"]]


Block = Paragraph | Items | Facts | TextTable | Figures | Code | Beside


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a page with a heading."""

    name: str
    """Its anchor."""
    title: str
    blocks: Sequence[Block]
