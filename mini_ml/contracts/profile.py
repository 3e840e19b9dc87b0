"""The profile of a model version: the figures of its report, which the trainer computes and stores as `profile.json`.

Cell values of the dataset occur in `frequencies`, in the categories of partial dependence and in worst errors; the api
shows them only to those who may train.
"""

from pydantic import Field

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.metrics import Interval
from mini_ml.contracts.options import TrainOptions
from mini_ml.contracts.vocabulary import ColumnKind, Label


class Histogram(FrozenModel):
    """Numbers of rows by ranges of a number; dates are seconds since 1970, UTC."""

    edges: tuple[float, ...]
    """The bounds of the ranges, ascending; one more than `counts`. A range contains its lower bound; the last, both."""
    counts: tuple[int, ...]


class Frequency(FrozenModel):
    """A category and its number of rows."""

    value: str
    count: int


class ColumnProfile(FrozenModel):
    """What the training rows hold in one feature column."""

    name: str
    kind: ColumnKind
    rows: int
    """Rows that were counted, missing cells included."""
    missing: int
    histogram: Histogram | None = None
    """Ranges of equal width, for numbers and dates with at least two distinct values."""
    quantiles: Histogram | None = None
    """Ranges with about as many rows each, for comparison with later batches."""
    frequencies: tuple[Frequency, ...] = ()
    """The most frequent categories or truth values, most frequent first."""
    other: int = 0
    """Rows with other categories."""
    distinct: int | None = None
    """Number of distinct categories."""


class TargetProfile(FrozenModel):
    """The target of the training rows."""

    histogram: Histogram | None = None
    """Regression."""
    quantiles: Histogram | None = None
    """Regression: ranges with about as many rows each, for comparison with predictions of later batches."""
    label_counts: tuple[int, ...] = ()
    """Classification: training rows by label, in the order of the labels of the model."""


class Curve(FrozenModel):
    """A line through points, ascending in `x`."""

    x: tuple[float, ...]
    y: tuple[float, ...]


class CalibrationBin(FrozenModel):
    """Hold-out rows with similar probabilities."""

    probability: float
    """Their mean probability."""
    share: float
    """Their share of rows that have the label."""
    rows: int


class ClassCurves(FrozenModel):
    """How well the probability of one label tells its rows from all others."""

    label: Label
    rows: int
    """Hold-out rows with this label."""
    roc_auc: float
    average_precision: float
    roc: Curve
    """`x` is the false positive rate, `y` the true positive rate."""
    precision_recall: Curve
    """`x` is the recall, `y` the precision."""
    calibration: tuple[CalibrationBin, ...]


class RegressionFigures(FrozenModel):
    """Predicted against actual numbers of hold-out rows."""

    actual: tuple[float, ...]
    """Of at most 500 hold-out rows."""
    predicted: tuple[float, ...]
    residuals: Histogram
    """Actual minus predicted, of all hold-out rows."""


class Importance(FrozenModel):
    """How much worse the model gets on hold-out rows whose cells of one column are shuffled."""

    name: str
    increase: float
    """Mean increase of the loss: log loss, or squared error divided by the variance of the target."""
    interval: Interval
    """Bootstrap interval of the increase, with a confidence of 95 %."""


class DependenceLine(FrozenModel):
    """Mean predictions of one label, or of the number."""

    label: Label | None = None
    """None for regression."""
    values: tuple[float, ...]
    """Mean probability or number at each point."""


class PartialDependence(FrozenModel):
    """Mean predictions of hold-out rows whose cells of one column are all set to the same value."""

    name: str
    kind: ColumnKind
    numbers: tuple[float, ...] = ()
    """The points of a numeric or date column; dates are seconds since 1970, UTC."""
    categories: tuple[str | None, ...] = ()
    """The points of other columns; None is a missing cell."""
    lines: tuple[DependenceLine, ...]


class WorstError(FrozenModel):
    """A hold-out row that the model predicts badly."""

    line: int
    """Line of the CSV, counted from 1."""
    actual: Label | None
    """None where cell values are not shown; never in a stored profile."""
    predicted: Label | None
    loss: float
    """The negative logarithm of the probability of the true label, or the absolute error."""


class ProfileNote(FrozenModel):
    """Something that is absent from a profile, or was computed from fewer rows, and why."""

    code: str
    """`sampled`, `no_time`, `no_holdout_rows`, `few_holdout_rows`, `no_probabilities` or `many_classes`."""
    part: str
    """`columns`, `curves`, `importance`, `dependence` or `worst_errors`."""
    rows: int | None = None
    """`sampled`: number of rows that were used."""


class Profile(FrozenModel):
    """The figures of a model version. Without hold-out rows, only those of the training rows exist."""

    format: int = 1
    options: TrainOptions
    """What was asked."""
    rows: int
    """Training rows that the figures of columns were counted on; of very many, a sample."""
    columns: tuple[ColumnProfile, ...]
    target: TargetProfile
    prediction_counts: tuple[int, ...] = ()
    """Classification: hold-out rows by predicted label, for comparison with later batches."""
    prediction_quantiles: Histogram | None = None
    """Regression: predictions of hold-out rows in ranges with about as many rows each."""
    curves: tuple[ClassCurves, ...] = ()
    """Two classes: one entry, for the second label. More: one for each of the most frequent labels."""
    regression: RegressionFigures | None = None
    importance: tuple[Importance, ...] = ()
    """Most important first."""
    dependence: tuple[PartialDependence, ...] = ()
    """Of the most important columns."""
    worst_errors: tuple[WorstError, ...] = ()
    """Worst first."""
    notes: tuple[ProfileNote, ...] = ()
    seconds: float = Field(default=0.0)
    """Time that the figures took."""
