"""The profile of a model version: the figures of its report, which the trainer computes and stores as `profile.json`.

Cell values of the dataset occur in `frequencies`, in the categories of partial dependence and in worst errors; the api
shows them only to those who may train.
"""

from typing import Literal

from pydantic import Field

from mini_ml.contracts.base import FrozenModel
from mini_ml.contracts.metrics import Interval
from mini_ml.contracts.options import TrainOptions
from mini_ml.contracts.vocabulary import ColumnKind, Label

ProfilePart = Literal["columns", "curves", "regression", "importance", "dependence", "worst_errors"]
NoteCode = Literal[
    "sampled",  # computed from fewer rows
    "no_holdout_rows",  # all rows were needed for the training
    "labels_without_rows",  # labels that no hold-out row has, or all, have no curves
    "many_labels",  # only the most frequent labels have curves, or only those that change most have lines
    "many_columns",  # only the columns that seem to decide the predictions have an importance
    "no_probabilities",  # the model type has none
    "no_time",  # computing it would take longer than the profile may
    "fewer_values",  # the columns have fewer categories and words, and with none of them no histograms
    "columns_not_listed",  # only the first columns of the file are listed
    "failed",  # the model cannot predict the rows that the figure needs
]


class Histogram(FrozenModel):
    """Numbers of rows by ranges of a number; dates are seconds since 1970, UTC."""

    edges: tuple[float, ...]
    """The bounds of the ranges, ascending; one more than `counts`. A range contains its lower bound; the last, both.
    The outer bounds are round numbers, except those of quantiles."""
    counts: tuple[int, ...]
    below: int = 0
    """Rows below the first range: few, far from the others. Always 0 for quantiles."""
    above: int = 0
    """Rows above the last range."""


class Frequency(FrozenModel):
    """A category or word, and the number of rows that have it."""

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
    """At most 20 ranges of equal width, for numbers and dates with at least two distinct values."""
    quantiles: Histogram | None = None
    """At most ten ranges with about as many rows each, for comparison with later batches. The outer bounds are the
    smallest and the largest number of the counted rows."""
    frequencies: tuple[Frequency, ...] = ()
    """At most 20 of the most frequent categories or truth values (`true` and `false`), most frequent first; categories
    of more than 100 characters count as others."""
    other: int = 0
    """Rows with other categories."""
    words: tuple[Frequency, ...] = ()
    """The most frequent words of a text column, in lower case, most frequent first."""
    distinct: int | None = None
    """Number of distinct categories or texts; None for numbers and dates."""


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
    residuals: Histogram | None = None
    """Actual minus predicted, of all hold-out rows; None if all are the same, or they are too large to subtract."""


class Importance(FrozenModel):
    """How much worse the model gets on hold-out rows whose cells of one column are shuffled."""

    name: str
    increase: float
    """Mean increase of the loss: log loss, share of wrong labels if the model has no probabilities, or squared error
    divided by the variance of the target in the hold-out rows."""
    interval: Interval | None
    """Bootstrap interval of the increase, with a confidence of 95 %; None with fewer than 10 hold-out rows."""


class DependenceLine(FrozenModel):
    """Mean predictions of one label, or of the number."""

    label: Label | None = None
    """None for regression."""
    values: tuple[float, ...]
    """Mean probability or number at each point; the share of rows that get the label if there are no probabilities."""


class PartialDependence(FrozenModel):
    """Mean predictions of hold-out rows whose cells of one column are all set to the same value."""

    name: str
    kind: ColumnKind
    numbers: tuple[float, ...] = ()
    """The points of a numeric or date column; dates are seconds since 1970, UTC. They are cells; where cell values are
    not shown, they are round numbers between them."""
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
    """The negative logarithm of the probability of the true label (1 if there are no probabilities), or the absolute
    error."""


class ProfileNote(FrozenModel):
    """Something that is absent from a profile, or was computed from fewer rows, and why."""

    code: NoteCode
    part: ProfilePart
    rows: int | None = None
    """`sampled`: number of rows that were used."""
    count: int | None = None
    """`many_labels`, `labels_without_rows`, `many_columns` and `columns_not_listed`: number of labels or columns that
    are left out. `fewer_values`: number of categories and words of each column that are listed."""


class Profile(FrozenModel):
    """The figures of a model version. Without hold-out rows, only those of the training rows exist."""

    format: int = 1
    options: TrainOptions
    """What was asked."""
    rows: int
    """Training rows that the figures of columns were counted on; of very many, a sample. The target counts all."""
    columns: tuple[ColumnProfile, ...]
    target: TargetProfile
    prediction_counts: tuple[int, ...] = ()
    """Classification: hold-out rows by predicted label, for comparison with later batches."""
    prediction_quantiles: Histogram | None = None
    """Regression: predictions of hold-out rows in ranges with about as many rows each."""
    curves: tuple[ClassCurves, ...] = ()
    """Two classes: one entry, for the second label. More: one for each of the at most 12 most frequent labels."""
    regression: RegressionFigures | None = None
    importance: tuple[Importance, ...] = ()
    """Most important first."""
    dependence: tuple[PartialDependence, ...] = ()
    """Of the six most important columns that are not texts, most important first."""
    worst_errors: tuple[WorstError, ...] = ()
    """At most 20 hold-out rows with a wrong label or number, worst first."""
    notes: tuple[ProfileNote, ...] = ()
    seconds: float = Field(default=0.0)
    """Time that the figures took."""
