"""Encode parsed rows as the matrix of an estimator; everything learned comes from the training rows only."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from mini_ml.errors import Issue, LimitExceeded
from mini_ml.ml.cells.reader import Reader
from mini_ml.ml.encoding.date_parts import count_date_parts, name_date_parts, write_date_parts
from mini_ml.ml.encoding.encoders import Categories, ColumnEncoder, Vocabulary, fit_tokens
from mini_ml.ml.encoding.scaling import Scaling
from mini_ml.ml.encoding.target_means import (
    FEW_CATEGORIES,
    MOST_MEANS,
    MOST_VALUES,
    TargetMeans,
    Targets,
    count_categories,
    count_means,
)
from mini_ml.ml.frame import Codes, Frame, Matrix
from mini_ml.ml.records.issues import Issues, short
from mini_ml.topology import Limits

Encoding = Literal["one_hot", "target_mean"]
"""How columns with many categories are encoded: a column for each frequent one, or the mean target of each category."""

_MOST_CYCLES: Final = 4
"""Cyclic parts of dates may take this fraction of the encoded width, a quarter, or are left out."""


@dataclass(frozen=True)
class Encoder:
    """Encode a frame as a matrix, each row independently of the others."""

    fills: Matrix
    """Shape (number columns,): the median of each column in the training rows, which replaces missing numbers."""
    indicators: Codes
    """Number columns with missing cells in training; each gets an indicator column for missing cells."""
    moments: tuple[tuple[int, bool], ...]
    """Number columns that are epochs, each with whether it has times of day."""
    columns: tuple[ColumnEncoder, ...]
    """One encoder for each column of tokens."""
    feature_names: tuple[str, ...]
    cyclic: bool = False
    """Whether dates have their place in the year, week and day as sine and cosine; models of earlier releases have
    none, and this default for those that are unpickled."""

    @property
    def width(self) -> int:
        """Return the number of columns of the matrix."""
        return len(self.feature_names)

    @property
    def binary_width(self) -> int:
        """Return how many columns of the matrix are 0 or 1 only: indicators and categories."""
        return len(self.indicators) + sum(column.width for column in self.columns if isinstance(column, Categories))

    @classmethod
    def fit(
        cls, reader: Reader, frame: Frame, limits: Limits, means: Mapping[int, TargetMeans] = MappingProxyType({})
    ) -> "Encoder":
        """Learn imputation values, categories and words from the training rows.

        Args:
            reader: parsed the frame.
            frame: the training rows.
            limits: gives the maximum encoded width.
            means: encoders of the columns of tokens that are encoded by mean targets, by position.

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
        columns_left = limits.encoded_width - 2 * len(reader.token_features)
        if len(reader.number_names) + len(indicators) > columns_left:
            indicators = np.empty(0, dtype=np.intp)
        named, with_cycles = (_number_names(reader, indicators, moments, cyclic=cyclic) for cyclic in (False, True))
        cyclic = len(with_cycles) <= columns_left and len(with_cycles) - len(named) <= columns_left // _MOST_CYCLES
        named = with_cycles if cyclic else named
        columns = fit_tokens(reader.token_features, frame.tokens, limits.encoded_width - len(named), means)
        names = (*named, *(name for column in columns for name in column.feature_names))
        if len(names) > limits.encoded_width:
            raise _too_wide_error(reader, columns, len(names), limits)
        return cls(_medians(frame.numbers), indicators, moments, columns, names, cyclic)

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
        width = count + extra + sum(count_date_parts(timed, self.cyclic) for _, timed in self.moments)
        out = np.empty((frame.rows, width), order="F")
        out[:, :count] = frame.numbers
        np.copyto(out[:, :count], self.fills, where=absent)
        out[:, count : count + extra] = absent[:, self.indicators]
        place = count + extra
        for column, timed in self.moments:
            stop = place + count_date_parts(timed, self.cyclic)
            write_date_parts(out[:, column], timed, self.cyclic, out[:, place:stop])
            place = stop
        return out

    def unseen(self, frame: Frame) -> dict[str, Counter[str]]:
        """Count, by column, the categories that do not occur in the training rows."""
        found: dict[str, Counter[str]] = {}
        for encoder, tokens in zip(self.columns, frame.tokens, strict=True):
            if not isinstance(encoder, Vocabulary):
                strange = [code for code, text in enumerate(tokens.texts) if text not in encoder.known]
                if strange:
                    counts = tokens.counts()
                    found[encoder.name] = +Counter({tokens.texts[code]: counts[code] for code in strange})
        return found


def fit_encoder(
    reader: Reader,
    frame: Frame,
    limits: Limits,
    *,
    target: NDArray[Any],
    classes: int,
    encoding: Encoding = "one_hot",
    seed: int = 0,
) -> tuple[Encoder, Matrix]:
    """Fit an encoder, and return it with the matrix of the rows that it was fitted on.

    That matrix may differ from `Encoder.transform` of the same rows: the mean target of a row's category must not
    contain the row's own target.

    Args:
        reader: parsed the frame.
        frame: the training rows.
        limits: gives the maximum encoded width.
        target: shape (rows,), class codes or numbers.
        classes: number of classes; 0 for regression.
        encoding: how columns with many categories are encoded.
        seed: decides which rows encode which others.

    Raises:
        LimitExceeded: the matrix would be too wide, even with one category per column.
    """
    targets = Targets(target, classes, seed)
    chosen = _choose_for_means(reader, frame, limits, count_means(classes)) if encoding == "target_mean" else ()
    means = {place: targets.fit(reader.token_features[place].name, frame.tokens[place]) for place in chosen}
    encoder = Encoder.fit(reader, frame, limits, means)
    matrix = encoder.transform(frame)
    start = encoder.width - sum(column.width for column in encoder.columns)
    for column, tokens in zip(encoder.columns, frame.tokens, strict=True):
        if isinstance(column, TargetMeans):
            targets.encode_training_rows(tokens, matrix[:, start : start + column.width])
        start += column.width
    return encoder, matrix


def has_target_means(reader: Reader, frame: Frame, limits: Limits, *, classes: int) -> bool:
    """Return whether a column of these training rows has so many categories that "target_mean" encodes it.

    If not, both encodings are the same.
    """
    return bool(_choose_for_means(reader, frame, limits, count_means(classes)))


def _choose_for_means(reader: Reader, frame: Frame, limits: Limits, width: int) -> list[int]:
    """Return the positions of the columns to encode by mean targets: those with most categories, while there is space.

    Args:
        reader: parsed the frame.
        frame: the training rows.
        limits: gives the maximum encoded width.
        width: columns of means for each of them.
    """
    counts = {
        place: count_categories(frame.tokens[place])
        for place, feature in enumerate(reader.token_features)
        if feature.kind != "text"
    }
    many = [place for place, count in counts.items() if FEW_CATEGORIES < count <= MOST_VALUES // width]
    columns_left = min(MOST_MEANS, limits.encoded_width // 4)
    return sorted(many, key=lambda place: -counts[place])[: columns_left // width]


def _medians(numbers: Matrix) -> Matrix:
    known = (column[~np.isnan(column)] for column in numbers.T)
    return np.array([np.median(column) if len(column) else 0.0 for column in known])


def _too_wide_error(reader: Reader, columns: tuple[ColumnEncoder, ...], width: int, limits: Limits) -> LimitExceeded:
    """Build an error that lists the widest columns."""
    widths = {column.name: column.width for column in columns}
    widths |= {
        feature.name: 1 + count_date_parts(feature.dates.timed, cyclic=False)
        for feature in reader.number_features
        if feature.dates is not None
    }
    issues = Issues()
    for name, taken in sorted(widths.items(), key=lambda item: -item[1]):
        issues.add(Issue(column=short(name), reason=f"{taken} features", hint="drop it with columns_to_drop"))
    hint = "drop some with columns_to_drop"
    issues.add(Issue(limit="encoded_width", reason=f"{len(reader.features)} columns", hint=hint))
    return LimitExceeded(
        f"The columns encode to {width} features; the limit is {limits.encoded_width}.", issues=issues.all()
    )


def _number_names(
    reader: Reader, indicators: Codes, moments: tuple[tuple[int, bool], ...], *, cyclic: bool
) -> list[str]:
    names = reader.number_names
    missing = [f"{names[place]}=missing" for place in indicators]
    parts = [f"{names[place]}.{part}" for place, timed in moments for part in name_date_parts(timed, cyclic)]
    return [*names, *missing, *parts]
