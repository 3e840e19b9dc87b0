"""Write the output CSV: the original bytes of each row, followed by its predictions.

Only the added cells are guarded against formulas in spreadsheets.
"""

from collections.abc import Sequence
from itertools import chain

from mini_ml.contracts import Label, Schema
from mini_ml.ml.model.fitted import Predictions
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.header import Header
from mini_ml.ml.records.spreadsheets import guard


class Output:
    """Format the output CSV of a batch, with the delimiter and line ends of the input."""

    def __init__(self, schema: Schema, header: Header, *, only_predictions: bool, probabilities: bool) -> None:
        self._header = header
        # A comma in a comma-separated file would need quotes, so there the mark is a point.
        self._has_decimal_comma = schema.decimal == "," and header.delimiter != ","
        self._only = only_predictions
        self._delimiter = header.delimiter.encode()
        body = header.raw.rstrip(b"\r\n")
        self._body, self._line_end = body, header.raw[len(body) :] or b"\n"
        taken = () if only_predictions else header.names
        names = ["prediction"]
        if probabilities and schema.labels is not None:
            names.extend(f"probability_{label}" for label in schema.labels)
        self._names = _make_unique(names, taken)
        self._labels = {label: self._format_cell(str(label)) for label in schema.labels or ()}

    def header(self) -> bytes:
        """Return the header of the input, followed by the new names."""
        own = [] if self._only else [self._body]
        return self._delimiter.join([*own, *map(self._format_cell, self._names)]) + self._line_end

    def rows(self, block: Block, predictions: Predictions) -> bytes:
        """Return the rows of a block, followed by their predictions."""
        if self._only:
            return b"".join(self._format_added(predictions, after=self._line_end))
        lines = [] if b"\r" in block.raw else block.raw.split(b"\n")
        if len(lines) == block.rows + 1 and not lines.pop():
            added = self._format_added(predictions, before=self._delimiter, after=b"\n")
            return b"".join(chain.from_iterable(zip(lines, added, strict=True)))
        added = self._format_added(predictions, before=self._delimiter)
        return b"".join(chain.from_iterable(zip(*_split_records(block, added, self._line_end), strict=True)))

    def _format_added(self, predictions: Predictions, *, before: bytes = b"", after: bytes = b"") -> list[bytes]:
        """Return the new cells of each row, joined by the delimiter, between `before` and `after`."""
        if predictions.probabilities is not None:
            rows = zip(self._format_cells(predictions, b"", b""), predictions.probabilities.tolist(), strict=True)
            return [before + self._delimiter.join([cell, *map(self._format_number, row)]) + after for cell, row in rows]
        return self._format_cells(predictions, before, after)

    def _format_cells(self, predictions: Predictions, before: bytes, after: bytes) -> list[bytes]:
        """Return the predictions as cells; each label is formatted only once."""
        if self._labels:
            labels = {label: before + cell + after for label, cell in self._labels.items()}
            return [labels[value] for value in predictions.values]
        return [before + self._format_number(value) + after for value in predictions.values]

    def _format_number(self, value: Label) -> bytes:
        """Return a number with the decimal mark of the target, so that it reads back as the same number."""
        text = repr(value)
        return (text.replace(".", ",") if self._has_decimal_comma else text).encode()

    def _format_cell(self, text: str) -> bytes:
        """Write a text of ours: guarded if it begins like a formula, quoted if it would not read back as one cell."""
        text = guard(text)
        if self._header.delimiter in text or any(mark in text for mark in '"\r\n') or not text:
            text = '"' + text.replace('"', '""') + '"'
        return text.encode()


def _split_records(block: Block, added: list[bytes], line_end: bytes) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Return the records of a block, the added cells, and the original line ends; the last record may have none."""
    raw, starts, stops = block.raw, block.record_starts.tolist(), block.record_stops.tolist()
    ends = zip(stops, [*starts[1:], len(raw)], strict=True)
    records = [raw[start:stop] for start, stop in zip(starts, stops, strict=True)]
    return records, added, [_first_line_end(raw[stop:following]) or line_end for stop, following in ends]


def _first_line_end(between: bytes) -> bytes:
    """Return the line end of a record, without the blank lines after it."""
    return between[:2] if between.startswith(b"\r\n") else between[:1]


def _make_unique(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Append the first free number, from 2, to names that are already used."""
    used = set(taken)
    free: list[str] = []
    for name in names:
        number = 1
        candidate = name
        while candidate in used:
            number += 1
            candidate = f"{name}_{number}"
        used.add(candidate)
        free.append(candidate)
    return free
