"""Find the header of a file to score by what the model knows; the rows of the file do not matter."""

from collections.abc import Iterator
from dataclasses import dataclass

from mini_ml.contracts import FileReport
from mini_ml.ml.records.dialect import BLANK, BLANKS, COMMA_AND_BLANK, DELIMITERS, RARE_DELIMITERS, Dialect
from mini_ml.ml.records.header import Cut, FileStart
from mini_ml.ml.records.names import NamesPlace, count_names, give_names
from mini_ml.ml.records.sample import Line, Sample


@dataclass(frozen=True)
class KnownNames:
    """What a model knows about the files that it scores."""

    features: tuple[str, ...]
    file: FileReport
    """How the training file was read."""
    columns: int
    """Number of columns of the training file."""
    target: str

    @property
    def dialect(self) -> Dialect:
        """Return the dialect of the training file."""
        return Dialect(self.file.delimiter, self.file.quote, self.file.escape)

    def likely_dialects(self, text: bytes) -> Iterator[Dialect]:
        """Yield the dialects in which a file to score may have the names, that of the training file first.

        Args:
            text: start of the file; a dialect whose delimiter or quote it does not have is left out.
        """
        own = self.dialect
        yield own
        others = (*DELIMITERS, *RARE_DELIMITERS, BLANKS, BLANK, COMMA_AND_BLANK)
        delimiters = [delimiter for delimiter in others if delimiter.encode() in text]
        quotes = [quote for quote in ('"', "'") if quote != own.quote and quote.encode() in text]
        for quote in (own.quote, *quotes):
            for dialect in (Dialect(delimiter, quote, own.escape) for delimiter in delimiters):
                if dialect != own:
                    yield dialect


def find_known(start: FileStart, sample: Sample, known: KnownNames) -> Cut | None:
    """Return the header with the names of a model, if a line of the sample has them all, and the bytes behind it.

    If the model was trained on a file without names, the first row that fits is enough.
    """
    needed = set(known.features)
    for index, line in enumerate(sample.lines):
        is_wider = sample.usual_width(index + 1) == len(line.cells) + 1
        has_row_names = known.file.row_names and is_wider and line.filled == len(line.cells)
        names, _, _ = give_names([""] * has_row_names + list(line.cells))
        if not needed <= set(names):
            continue
        width = max(line.last_filled + has_row_names, *(names.index(name) + 1 for name in needed), 1)
        second = sample.lines[index + 1].cells if index + 1 < len(sample.lines) else ()
        has_second = bool(second) and second == known.file.second_names
        place = NamesPlace(index, True, width, has_row_names=has_row_names, has_second_line=has_second)
        return start.cut(sample, place)
    return _find_nameless(start, sample, known)


def _find_nameless(start: FileStart, sample: Sample, known: KnownNames) -> Cut | None:
    """Return the header of a file without names, if the model was trained on such a file and the first row fits.

    As many lines may be above the first row as in the training file.
    """
    dialect = sample.dialect
    if known.file.header_line is not None or (dialect.delimiter not in DELIMITERS and dialect != known.dialect):
        return None
    for index, line in enumerate(sample.lines[: known.file.skipped_lines + 1]):
        width = _nameless_width(line, known.columns)
        if width is not None and (index == known.file.skipped_lines or 2 * line.filled > width):
            own = count_names(known.columns)
            names = own if width == known.columns else tuple(name for name in own if name != known.target)
            return start.cut(sample, NamesPlace(index, False, width), names, is_known=True)
    return None


def _nameless_width(line: Line, columns: int) -> int | None:
    """Return how many columns a row without names has: all, or all but the target; blank cells behind do not count."""
    fitting = (width for width in (columns, columns - 1) if line.last_filled <= width <= len(line.cells))
    return next(fitting, None)
