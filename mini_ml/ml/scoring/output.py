"""Write the output CSV: the original bytes of each row, followed by its predictions.

Only the added cells are guarded against formulas in spreadsheets.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, repeat

import numpy as np

from mini_ml.contracts import Label, Schema
from mini_ml.ml.model.fitted import Predictions
from mini_ml.ml.records.block import Block
from mini_ml.ml.records.dialect import DELIMITERS
from mini_ml.ml.records.header import Header
from mini_ml.spreadsheets import guard


class Output:
    """Format the output CSV of a batch, with the delimiter and line ends of the input."""

    def __init__(self, schema: Schema, header: Header, *, only_predictions: bool, probabilities: bool) -> None:
        self._header = header
        # A comma in a comma-separated file would need quotes, so there the mark is a point.
        self._has_decimal_comma = schema.decimal == "," and header.delimiter != ","
        self._only = only_predictions
        self._delimiter = header.delimiter.encode()
        self._line_end = header.line_end
        self._columns = len(header.names)
        taken = () if only_predictions else header.names
        names = ["prediction"]
        if probabilities and schema.labels is not None:
            names.extend(f"probability_{label}" for label in schema.labels)
        self._names = _make_unique(names, taken)
        self._labels = {label: self._format_cell(str(label)) for label in schema.labels or ()}
        self._no_predictions = self._delimiter.join(repeat(b"", len(names))) or b'""' * only_predictions

    def header(self) -> bytes:
        """Return the names of the input, or those that its columns were given, followed by the new names."""
        added = [self._format_cell(name) for name in self._names]
        if self._only:
            return self._delimiter.join(added) + self._line_end
        raw = self._header.raw.rstrip(b"\r\n")
        if self._header.line is None:
            raw = self._header.raw + self._delimiter.join(map(self._format_cell, self._header.names))
        elif self._header.trailing:
            raw = self._without_last_cells(raw, self._header.trailing)
        return self._delimiter.join([raw, *added]) + self._line_end

    def rows(self, block: Block, predictions: Predictions) -> bytes:
        """Return the rows of a block, followed by their predictions."""
        if self._only and not block.bad:
            return b"".join(self._format_added(predictions, after=self._line_end))
        if self._only:
            return b"".join(self._place_bad(block, self._format_added(predictions), repeat(self._no_predictions)))
        is_as_written = block.widths is None and not block.bad and not block.marks
        lines = block.raw.split(b"\n") if is_as_written and b"\r" not in block.raw else []
        if len(lines) == block.rows + 1 and not lines.pop():
            added = self._format_added(predictions, before=self._delimiter, after=b"\n")
            return b"".join(chain.from_iterable(zip(lines, added, strict=True)))
        return b"".join(self._write_records(block, predictions))

    def _write_records(self, block: Block, predictions: Predictions) -> Iterator[bytes]:
        """Yield each record with its predictions and line end."""
        added, raw = self._format_added(predictions), block.raw  # each `block.raw` is a copy
        bounds = zip(block.record_starts.tolist(), block.record_stops.tolist(), strict=True)
        records = [
            self._fill_record(block, row, raw[start:stop]) + self._delimiter + added[row]
            for row, (start, stop) in enumerate(bounds)
        ]
        for row, delimiter in block.marks.items():
            if row < block.rows and delimiter != self._delimiter:
                cells = self._format_added(predictions.at(slice(row, row + 1)), delimiter=delimiter)[0]
                start, stop = int(block.record_starts[row]), int(block.record_stops[row])
                records[row] = delimiter.join((raw[start:stop], cells))
        bad = [raw[record.start : record.stop] + self._delimiter + self._no_predictions for record in block.bad]
        return self._place_bad(block, records, iter(bad))

    def _fill_record(self, block: Block, row: int, record: bytes) -> bytes:
        """Return a record with a cell for each column."""
        missing = 0 if block.widths is None else self._columns - int(block.widths[row])
        if missing < 0:
            return self._cut_record(block, row, record, -missing)
        return record + self._delimiter * missing

    def _cut_record(self, block: Block, row: int, record: bytes, cells: int) -> bytes:
        """Return a record without cells at its end."""
        if block.rewritten is not None:
            return self._without_last_cells(record, cells)
        last = int(block.stops[row, self._columns - 1]) - int(block.record_starts[row])
        return record[: record.index(self._delimiter, last)]

    def _without_last_cells(self, record: bytes, cells: int) -> bytes:
        """Return a record without blank cells at its end."""
        for _ in range(cells):
            record = record[: record.rindex(self._delimiter)] if self._delimiter in record else record
        return record

    def _place_bad(self, block: Block, rows: Sequence[bytes], bad: Iterator[bytes]) -> Iterator[bytes]:
        """Yield rows and bad records in file order, each with its line end."""
        starts = np.concatenate((block.record_starts, [record.start for record in block.bad]))
        stops = np.concatenate((block.record_stops, [record.stop for record in block.bad])).astype(np.int64)
        raw, written = block.raw, [*rows, *(text for text, _ in zip(bad, block.bad, strict=False))]
        for place in np.argsort(starts, kind="stable").tolist():
            yield written[place]
            yield self._line_end if self._only else _line_end_at(raw, int(stops[place])) or self._line_end

    def _format_added(
        self, predictions: Predictions, *, before: bytes = b"", after: bytes = b"", delimiter: bytes | None = None
    ) -> list[bytes]:
        """Return the new cells of each row, joined by the delimiter, between `before` and `after`."""
        if predictions.probabilities is not None:
            joint = self._delimiter if delimiter is None else delimiter
            rows = zip(self._format_cells(predictions, b"", b""), predictions.probabilities.tolist(), strict=True)
            return [before + joint.join([cell, *map(self._format_number, row)]) + after for cell, row in rows]
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
        text, dialect = guard(text), self._header.dialect
        # A file with one column does not show its delimiter, so a reader may guess any.
        delimiters = DELIMITERS if self._only else (dialect.delimiter,)
        if any(mark in text for mark in (*delimiters, "\r", "\n", '"', dialect.quote)) or not text:
            quote = dialect.quote
            escaped = text.replace("\\", "\\\\") if dialect.escape == "backslash" else text
            text = quote + escaped.replace(quote, quote * 2) + quote
        return text.encode()


def _line_end_at(raw: bytes, place: int) -> bytes:
    """Return the line end at an offset, without the blank lines after it; none at the end of the bytes."""
    return raw[place : place + 2] if raw[place : place + 2] == b"\r\n" else raw[place : place + 1]


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
