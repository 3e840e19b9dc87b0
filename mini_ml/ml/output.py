"""Write predictions behind the rows as they came, byte for byte; only what we add is guarded against spreadsheets."""

from collections.abc import Sequence

from mini_ml.contracts import Schema
from mini_ml.ml.block import Block
from mini_ml.ml.header import Header
from mini_ml.ml.model import Predictions
from mini_ml.ml.spreadsheets import guarded


class Output:
    """The output CSV of one scoring: in the input's delimiter and line ends."""

    def __init__(self, schema: Schema, header: Header, *, only_predictions: bool, probabilities: bool) -> None:
        self._header = header
        self._only = only_predictions
        self._delimiter = header.delimiter.encode()
        body = header.raw.rstrip(b"\r\n")
        self._body, self._line_end = body, header.raw[len(body) :] or b"\n"
        taken = () if only_predictions else header.names
        names = ["prediction"]
        if probabilities and schema.labels is not None:
            names.extend(f"probability_{label}" for label in schema.labels)
        self._names = _free(names, taken)
        self._labels = {label: self._cell(str(label)) for label in schema.labels or ()}

    def header(self) -> bytes:
        """Return the header: the input's own, and the new names."""
        own = [] if self._only else [self._body]
        return self._delimiter.join([*own, *map(self._cell, self._names)]) + self._line_end

    def rows(self, block: Block, predictions: Predictions) -> bytes:
        """Return the block's rows with their predictions."""
        added = self._added(predictions)
        if self._only:
            return self._line_end.join([*added, b""])
        records, line_ends = _records(block, self._line_end)
        parts = [self._delimiter] * (4 * len(records))
        parts[0::4], parts[2::4], parts[3::4] = records, added, line_ends
        return b"".join(parts)

    def _added(self, predictions: Predictions) -> list[bytes]:
        """Return the new cells of each row, joined."""
        if self._labels:
            cells = [self._labels[value] for value in predictions.values]
        else:
            cells = [repr(value).encode() for value in predictions.values]
        if predictions.probabilities is None:
            return cells
        shares: list[list[float]] = predictions.probabilities.tolist()
        return [
            self._delimiter.join([cell, *(repr(share).encode() for share in row)])
            for cell, row in zip(cells, shares, strict=True)
        ]

    def _cell(self, text: str) -> bytes:
        """Write a text of ours: guarded if it begins like a formula, quoted if it would not read back as one cell."""
        text = guarded(text)
        if self._header.delimiter in text or any(mark in text for mark in '"\r\n') or not text:
            text = '"' + text.replace('"', '""') + '"'
        return text.encode()


def _records(block: Block, line_end: bytes) -> tuple[list[bytes], list[bytes]]:
    """Return the records of a block and their line ends, as they came; the file's last may have none."""
    raw = block.raw
    if b"\r" not in raw and raw.count(b"\n") == block.rows and raw.endswith(b"\n"):
        return raw[:-1].split(b"\n"), [b"\n"] * block.rows
    starts, stops = block.record_starts.tolist(), block.record_stops.tolist()
    ends = zip(stops, [*starts[1:], len(raw)], strict=True)
    records = [raw[start:stop] for start, stop in zip(starts, stops, strict=True)]
    return records, [raw[stop:following] or line_end for stop, following in ends]


def _free(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Give a name that is taken the first free number, from 2."""
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
