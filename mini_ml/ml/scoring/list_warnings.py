"""List what an analyst would want to know about scored rows."""

from collections.abc import Iterator
from typing import Final

from mini_ml.contracts import ColumnKind, DataWarning, Drift, WarningExample
from mini_ml.ml.cells.tally import Tally
from mini_ml.ml.model.fitted import FittedModel
from mini_ml.ml.records.issues import short
from mini_ml.ml.schema.data_warnings import MOST_WARNINGS, cut, limit_warnings, write_warning
from mini_ml.ml.schema.file_warnings import warn_of_scored_file
from mini_ml.ml.scoring.stability import LARGE_INDEX

_KINDS: Final[dict[ColumnKind, str]] = {"numeric": "numbers", "boolean": "truth values", "datetime": "dates"}
_MOST_CATEGORIES: Final = 5
_MOST_DRIFT_FIRST: Final = MOST_WARNINGS // 2


def list_warnings(model: FittedModel, tally: Tally, drift: Drift | None = None) -> tuple[DataWarning, ...]:
    """Return the warnings about the rows that were counted, and about their drift if it was measured; at most 50.

    A wide file can have a warning about each column, so some of those about drift come first. The others follow before
    the rest of them, so that neither kind hides the other.
    """
    about_drift = list(_about_drift(drift)) if drift else []
    others = (*_about_file(model, tally), *_about_cells(model, tally), *_about_gaps(model, tally))
    return limit_warnings([*about_drift[:_MOST_DRIFT_FIRST], *others, *about_drift[_MOST_DRIFT_FIRST:]])


def _about_file(model: FittedModel, tally: Tally) -> Iterator[DataWarning]:
    if tally.reading is not None:
        yield from warn_of_scored_file(tally.reading, model.reader.names)
    for name in tally.unknown_columns:
        yield write_warning("unknown_columns_to_drop", column=name)


def _about_cells(model: FittedModel, tally: Tally) -> Iterator[DataWarning]:
    kinds = {feature.name: feature.kind for feature in model.reader.features}
    for column, code, notice in tally.notices:
        yield write_warning(
            code,
            column=column,
            count=notice.count,
            params={"kind": _KINDS[kinds[column]]} if code == "unreadable_cells" else None,
            examples=[WarningExample(line=one.line, value=cut(one.value)) for one in notice.examples],
        )
    for column, counts in tally.unseen.items():
        first = ", ".join(f"“{cut(text)}”" for text, _ in counts.most_common(_MOST_CATEGORIES))
        count = tally.unseen_cells[column]
        yield write_warning("unseen_categories", column=column, count=count, params={"categories": first})


def _about_gaps(model: FittedModel, tally: Tally) -> Iterator[DataWarning]:
    """Yield warnings about missing cells in columns that had none in training."""
    for column in model.schema.columns:
        count = tally.missing.get(column.name, 0)
        if count and not column.missing:
            yield write_warning("new_gaps", column=short(column.name), count=count)


def _about_drift(drift: Drift) -> Iterator[DataWarning]:
    """Yield warnings about large differences to the training rows, that of the predictions first."""
    if drift.predictions_drifted:
        params = {"index": _write_index(drift.prediction_stability_index), "large": str(LARGE_INDEX)}
        yield write_warning("drifted_predictions", params=params)
    for column in drift.columns:
        if column.drifted:
            strange = column.unseen_share or column.out_of_range_share or 0.0
            params = {
                "index": _write_index(column.stability_index),
                "large": str(LARGE_INDEX),
                "missing": _write_percent(column.missing_share),
                "training_missing": _write_percent(column.training_missing_share),
                "strange": _write_percent(strange),
            }
            yield write_warning("drifted_column", column=column.name, params=params)


def _write_index(index: float | None) -> str:
    return "unknown" if index is None else f"{index:.2f}"


def _write_percent(share: float) -> str:
    """Return a share as a percentage without digits of no use: `0`, `0.4`, `12`."""
    return f"{100 * share:.2g}" if share < 0.1 else f"{100 * share:.0f}"
