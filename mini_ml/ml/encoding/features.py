"""Encode parsed rows as the matrix of an estimator; everything learned comes from the training rows only."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from mini_ml.errors import Issue, LimitExceeded
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.encoding.encoders import Categories, Vocabulary, fit_tokens
from mini_ml.ml.encoding.scaling import Scaling
from mini_ml.ml.frame import Codes, Frame, Matrix
from mini_ml.ml.records.issues import Issues, short
from mini_ml.topology import Limits

_DAY: Final = 86_400.0


@dataclass(frozen=True)
class Encoder:
    """Encode a frame as a matrix, each row independently of the others."""

    fills: Matrix
    """Shape (number columns,): the median of each column in the training rows, which replaces missing numbers."""
    indicators: Codes
    """Number columns with missing cells in training; each gets an indicator column for missing cells."""
    moments: tuple[tuple[int, bool], ...]
    """Number columns that are epochs, each with whether it has times of day."""
    columns: tuple[Categories | Vocabulary, ...]
    """One encoder for each column of tokens."""
    feature_names: tuple[str, ...]

    @property
    def width(self) -> int:
        """Return the number of columns of the matrix."""
        return len(self.feature_names)

    @classmethod
    def fit(cls, reader: Reader, frame: Frame, limits: Limits) -> "Encoder":
        """Learn imputation values, categories and words from the training rows.

        Raises:
            LimitExceeded: the matrix would be too wide, even with one category per column.
        """
        absent = np.isnan(frame.numbers)
        indicators = np.flatnonzero(absent.any(axis=0))
        moments = tuple(
            (place, feature.dates.timed)
            for place, feature in enumerate(reader.number_features)
            if feature.dates is not None
        )
        if len(reader.number_names) + 2 * len(reader.token_features) + len(indicators) > limits.encoded_width:
            indicators = np.empty(0, dtype=np.intp)
        named = _number_names(reader, indicators, moments)
        columns = fit_tokens(reader.token_features, frame.tokens, limits.encoded_width - len(named))
        names = (*named, *(name for column in columns for name in column.feature_names))
        if len(names) > limits.encoded_width:
            raise _too_wide_error(reader, columns, len(names), limits)
        return cls(_medians(frame.numbers), indicators, moments, columns, names)

    def transform(self, frame: Frame, scaling: Scaling | None = None) -> Matrix:
        """Return the matrix, shape (rows, width): finite, float64, C order, scaled if `scaling` is given.

        Most cells are the zeros of one-hot columns: they are written once, already scaled.
        """
        zeros, ones = (np.full((1, self.width), value) for value in (0.0, 1.0))
        if scaling is not None:
            zeros, ones = scaling.apply(zeros), scaling.apply(ones)
        out = np.empty((frame.rows, self.width))
        out[:] = zeros
        numbers = self._numbers(frame)
        place = numbers.shape[1]
        out[:, :place] = numbers if scaling is None else scaling.apply(numbers, out=numbers, columns=slice(place))
        flat, rows = out.reshape(-1), np.arange(0, out.size, self.width)
        for encoder, tokens in zip(self.columns, frame.tokens, strict=True):
            columns = slice(place, place + encoder.width)
            if isinstance(encoder, Categories):
                hot = place + encoder.places(tokens)
                flat[rows + hot] = ones[0, hot]
            else:
                encoder.encode(tokens, out[:, columns])
                if scaling is not None:
                    scaling.apply(out[:, columns], out=out[:, columns], columns=columns)
            place += encoder.width
        return out

    def _numbers(self, frame: Frame) -> Matrix:
        """Return the first columns, in Fortran order: numbers, indicators of missing cells, parts of dates."""
        absent = np.isnan(frame.numbers)
        count, extra = frame.numbers.shape[1], len(self.indicators)
        width = count + extra + sum(5 if timed else 4 for _, timed in self.moments)
        out = np.empty((frame.rows, width), order="F")
        out[:, :count] = frame.numbers
        np.copyto(out[:, :count], self.fills, where=absent)
        out[:, count : count + extra] = absent[:, self.indicators]
        place = count + extra
        for column, timed in self.moments:
            for part in _date_parts(out[:, column], timed):
                out[:, place] = part
                place += 1
        return out

    def unseen(self, frame: Frame) -> dict[str, Counter[str]]:
        """Count, by column, the categories that do not occur in the training rows."""
        found: dict[str, Counter[str]] = {}
        for encoder, tokens in zip(self.columns, frame.tokens, strict=True):
            if isinstance(encoder, Categories):
                strange = [code for code, text in enumerate(tokens.texts) if text not in encoder.known]
                if strange:
                    counts = tokens.counts()
                    found[encoder.name] = +Counter({tokens.texts[code]: counts[code] for code in strange})
        return found


def _medians(numbers: Matrix) -> Matrix:
    known = (column[~np.isnan(column)] for column in numbers.T)
    return np.array([np.median(column) if len(column) else 0.0 for column in known])


def _too_wide_error(
    reader: Reader, columns: tuple[Categories | Vocabulary, ...], width: int, limits: Limits
) -> LimitExceeded:
    """Build an error that lists the widest columns."""
    widths = {column.name: column.width for column in columns}
    widths |= {feature.name: 5 for feature in reader.number_features if feature.kind == "datetime"}
    issues = Issues()
    for name, taken in sorted(widths.items(), key=lambda item: -item[1]):
        issues.add(Issue(column=short(name), reason=f"{taken} features", hint="drop it with columns_to_drop"))
    hint = "drop some with columns_to_drop"
    issues.add(Issue(limit="encoded_width", reason=f"{len(reader.features)} columns", hint=hint))
    return LimitExceeded(
        f"The columns encode to {width} features; the limit is {limits.encoded_width}.", issues=issues.all()
    )


def _date_parts(epochs: Matrix, timed: bool) -> list[Matrix]:
    """Return year, month, day and weekday of epochs, and the hour if the column has times of day."""
    days = np.floor(epochs / _DAY)
    dates = days.astype(np.int64).astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    years = dates.astype("datetime64[Y]")
    parts = [
        years.astype(np.float64) + 1970,
        (months - years).astype(np.float64) + 1,
        (dates - months).astype(np.float64) + 1,
        np.mod(days + 3, 7),
    ]
    return [*parts, np.floor((epochs - days * _DAY) / 3600)] if timed else parts


def _number_names(reader: Reader, indicators: Codes, moments: tuple[tuple[int, bool], ...]) -> list[str]:
    names = reader.number_names
    missing = [f"{names[place]}=missing" for place in indicators]
    parts = [
        f"{names[place]}.{part}"
        for place, timed in moments
        for part in ("year", "month", "day", "weekday", "hour")[: 5 if timed else 4]
    ]
    return [*names, *missing, *parts]
