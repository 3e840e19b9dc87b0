"""Regular expressions for the next cell of a record, by dialect."""

import re
from dataclasses import dataclass
from functools import lru_cache

from mini_ml.ml.records.dialect import Dialect

Pattern = re.Pattern[bytes]


@dataclass(frozen=True)
class CellPatterns:
    """Patterns that match a cell (group `quoted` or `plain`) with what is behind it (group `end`)."""

    inner: Pattern
    """For text that may go on: the cell needs a delimiter or a line end behind it."""
    last: Pattern
    """For text that ends where the file ends."""
    open_quote: Pattern
    """A quoted cell that the text ends in."""
    loose: Pattern
    """A cell of a line, with quotes inside it that are not doubled."""
    delimiter: Pattern
    regular_line: Pattern
    """A line whose quotes wrap whole cells, as the numpy scanner reads it."""
    escape: Pattern
    """A doubled quote, or a character behind a backslash, which is group 1."""


@lru_cache(maxsize=64)
def build_patterns(dialect: Dialect) -> CellPatterns:
    """Return the patterns of a dialect."""
    quote = re.escape(dialect.quote.encode())
    delimiter, plain_char = _separate(dialect)
    blanks = b"" if dialect.separates_by_blanks else rb" *+"
    if dialect.escape == "backslash":
        quoted_text = rb"(?:[^\\%b]++|\\.|%b%b)*+" % (quote, quote, quote)
        plain_text = rb"(?:\\[^\r\n]|(?!\\[^\r\n])%b)*+" % plain_char
    else:
        quoted_text = rb"(?:[^%b]++|%b%b)*+" % (quote, quote, quote)
        plain_text = rb"%b*+" % plain_char
    before, behind = blanks + quote, quote + blanks
    cell = rb"(?:%b(?P<quoted>%b)%b|(?!%b)(?P<plain>%b))" % (before, quoted_text, behind, before, plain_text)
    line_end = rb"\r\n|\n|\r(?!\Z)"
    loose_quoted = rb"%b(?P<quoted>[^\r\n]*?)%b(?P<end>%b|\Z)" % (before, behind, delimiter)
    loose_plain = rb"(?!%b)(?P<plain>%b*+)(?P<plain_end>%b|\Z)" % (before, plain_char, delimiter)
    regular = rb"(?:%b(?:[^\r\n%b]++|%b%b)*+%b|(?:(?!%b)%b)*+)" % (quote, quote, quote, quote, quote, quote, plain_char)
    escaped = b"" if dialect.separates_by_blanks else re.escape(dialect.delimiter.encode())
    return CellPatterns(
        inner=re.compile(rb"%b(?P<end>%b|%b)" % (cell, delimiter, line_end), re.DOTALL),
        last=re.compile(rb"%b(?P<end>%b|%b|\r?\Z)" % (cell, delimiter, line_end), re.DOTALL),
        open_quote=re.compile(rb"%b%b(?:%b\r?|\\)?\Z" % (before, quoted_text, behind), re.DOTALL),
        loose=re.compile(rb"(?:%b|%b)" % (loose_quoted, loose_plain)),
        delimiter=re.compile(delimiter),
        regular_line=re.compile(rb"%b(?:%b%b)*+" % (regular, delimiter, regular)),
        escape=re.compile(rb"\\([\\%b%b])|%b%b" % (quote, escaped, quote, quote)),
    )


def _separate(dialect: Dialect) -> tuple[bytes, bytes]:
    """Return the pattern of the delimiter, and that of a character of a cell without quotes around it."""
    first, rest = (re.escape(part.encode()) for part in (dialect.delimiter[:1], dialect.delimiter[1:]))
    delimiter = rb" {%d,}+" % len(dialect.delimiter) if dialect.separates_by_blanks else first + rest
    other = rb"[^%b\r\n]" % first
    return delimiter, (rb"(?:%b|%b(?!%b))" % (other, first, rest) if rest else other)
