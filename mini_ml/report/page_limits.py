"""Limit the lists, tables and commands of a page, so that it does not become too large."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Final

from markupsafe import Markup

from mini_ml.report.blocks import Beside, Block, Code, Facts, Items, Paragraph, Section, Text, TextTable
from mini_ml.report.cutting import cut
from mini_ml.report.words import Words

_LONGEST_TEXT: Final = 1000
"""Maximum number of characters of a cell, an item and a value."""


@dataclass(frozen=True, kw_only=True)
class PageLimits:
    """How much a page lists."""

    columns: int
    """Columns that the model reads."""
    rows: int
    """Rows of a table, and items of a list."""
    code_chars: int
    """Characters of a command or program; a longer one is left out, because a part of it would not work."""


def limit_section(section: Section, limits: PageLimits, words: Words) -> Section:
    """Return a section whose blocks list no more than the limits, each followed by what is not listed."""
    return replace(section, blocks=_limit_blocks(section.blocks, limits, words))


def _limit_blocks(blocks: Sequence[Block], limits: PageLimits, words: Words) -> list[Block]:
    return [limited for block in blocks for limited in _limit(block, limits, words)]


@singledispatch
def _limit(block: Block, limits: PageLimits, words: Words) -> Iterator[Block]:
    yield block


@_limit.register
def _limit_table(block: TextTable, limits: PageLimits, words: Words) -> Iterator[Block]:
    yield replace(block, rows=[[_cut_text(cell) for cell in row] for row in block.rows[: limits.rows]])
    yield from _say_what_is_cut("rows_cut", len(block.rows) - limits.rows, words)


@_limit.register
def _limit_items(block: Items, limits: PageLimits, words: Words) -> Iterator[Block]:
    yield replace(block, texts=[_cut_text(text) for text in block.texts[: limits.rows]])
    yield from _say_what_is_cut("items_cut", len(block.texts) - limits.rows, words)


@_limit.register
def _limit_facts(block: Facts, limits: PageLimits, words: Words) -> Iterator[Block]:
    yield replace(block, pairs=[(name, cut(value, _LONGEST_TEXT)) for name, value in block.pairs])


@_limit.register
def _limit_code(block: Code, limits: PageLimits, words: Words) -> Iterator[Block]:
    if len(block.text) <= limits.code_chars:
        yield block
    else:
        yield Paragraph(text=words("code_cut", title=block.title))


@_limit.register
def _limit_beside(block: Beside, limits: PageLimits, words: Words) -> Iterator[Block]:
    yield replace(block, columns=[_limit_blocks(column, limits, words) for column in block.columns])


def _cut_text(text: Text) -> Text:
    return text if isinstance(text, Markup) else cut(text, _LONGEST_TEXT)


def _say_what_is_cut(key: str, further: int, words: Words) -> Iterator[Block]:
    if further > 0:
        yield Paragraph(text=words.count(key, further))
